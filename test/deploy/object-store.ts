import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { AwsRequest } from './aws-request.js';

/** What S3 answers to uploads: buckets by name, objects by key, and the refusals that a person meets. */
export class ObjectStore {
  readonly objects = new Map<string, Buffer>();
  readonly #buckets = new Map<string, { region: string; forbidden: boolean }>();

  addBucket(name: string, options: { region?: string; forbidden?: boolean } = {}): void {
    this.#buckets.set(name, {
      region: options.region ?? 'eu-central-1',
      forbidden: options.forbidden ?? false,
    });
  }

  /** What happens elsewhere in the account while the service looks for an artifact. */
  meanwhile: () => void = () => undefined;

  has(uri: string): boolean {
    this.meanwhile();
    return this.objects.has(uri);
  }

  /** Takes `PUT /bucket/key`; @returns whether it was one */
  serve({ method, url, headers, body }: AwsRequest, response: ServerResponse): boolean {
    const [, bucket = '', ...key] = url.pathname.split('/').map(decodeURIComponent);
    if (method !== 'PUT' || key.length === 0) return false;
    const known = this.#buckets.get(bucket);
    const region = /Credential=[^/]+\/\d+\/([^/]+)\/s3\//.exec(headers.authorization as string)?.[1];
    if (!known) return refuse(response, 404, 'NoSuchBucket', 'The specified bucket does not exist');
    if (known.forbidden) return refuse(response, 403, 'AccessDenied', 'Access Denied');
    if (known.region !== region) {
      response.setHeader('x-amz-bucket-region', known.region);
      return refuse(
        response,
        301,
        'PermanentRedirect',
        'The bucket you are attempting to access must be addressed using the specified endpoint.',
      );
    }
    const digest = createHash('sha256').update(body).digest('base64');
    if (headers['x-amz-checksum-sha256'] !== digest)
      return refuse(response, 400, 'BadDigest', 'The SHA256 you specified did not match');
    this.objects.set(`s3://${bucket}/${key.join('/')}`, body);
    response.writeHead(200, { etag: '"1"' }).end();
    return true;
  }
}

function refuse(response: ServerResponse, status: number, code: string, message: string): true {
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(
      `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
    );
  return true;
}

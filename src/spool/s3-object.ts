import { withDeadline } from '../deadline.js';
import type { S3Client } from '@aws-sdk/client-s3';
import type { UploadItem, UploadOutcome } from './items.js';

/** The slowest link that is waited for. */
const leastBytesPerSecond = 4096;

/** Another attempt may help, whatever the status of the answer: S3 is busy, the clock or the credentials are old, the bytes came wrong. */
const transient =
  /^(BadDigest|IncompleteBody|XAmzContent|SlowDown|Throttl|TooManyRequests|RequestLimitExceeded|RequestTimeout|RequestTimeTooSkewed|RequestExpired|ExpiredToken|InternalError|ServiceUnavailable|OperationAborted|CredentialsProviderError|TokenProviderError)/;

/** Writes objects, in whatever region their bucket is. The SDK is loaded with the first of them. */
export class S3Writer {
  readonly #clients = new Map<string | undefined, S3Client>();
  readonly #leastSeconds: number;

  /** @param leastSeconds that an answer is waited for, however small the object is */
  constructor(leastSeconds = 30) {
    this.#leastSeconds = leastSeconds;
  }

  /** One attempt. Never rejects. */
  async put(item: UploadItem, signal: AbortSignal): Promise<UploadOutcome> {
    const { bucket, key, contentType, metadata, body, region } = item;
    const limitMs = Math.ceil(1000 * (this.#leastSeconds + body.byteLength / leastBytesPerSecond));
    try {
      const { PutObjectCommand } = await import('@aws-sdk/client-s3');
      const client = await this.#clientFor(region);
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: body,
        ContentType: contentType,
        ...(metadata && { Metadata: asHeaders(metadata) }),
      });
      const { ETag } = await withDeadline(signal, limitMs, (abortSignal) =>
        client.send(command, { abortSignal }),
      );
      // A portal that wants a sign-in first says 200 to everything; S3 always gives an ETag.
      if (ETag === undefined) {
        const reason = `s3://${bucket}/${key}: the answer is not one of S3`;
        return { status: 'delayed', error: 'NotFromS3', reason };
      }
      return { status: 'uploaded', etag: ETag, bytes: body.byteLength };
    } catch (error) {
      return judge(error, `s3://${bucket}/${key}`);
    }
  }

  close(): void {
    for (const client of this.#clients.values()) client.destroy();
    this.#clients.clear();
  }

  async #clientFor(region: string | undefined): Promise<S3Client> {
    const known = this.#clients.get(region);
    if (known) return known;
    const { S3Client } = await import('@aws-sdk/client-s3');
    // Attempts and their pauses are ours: they have to outlast days.
    const client = new S3Client({
      ...(region !== undefined && { region }),
      maxAttempts: 1,
      followRegionRedirects: true,
      requestHandler: { connectionTimeout: 10_000 },
    });
    this.#clients.set(region, client);
    return client;
  }
}

/** Headers hold ASCII only. */
function asHeaders(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [key, value.replace(/[^\x20-\x7e]/g, encodeURIComponent)]),
  );
}

/** What S3 said, or that nobody could be asked. Only S3 itself can refuse, and gives a code: a proxy in between cannot. */
function judge(error: unknown, uri: string): UploadOutcome {
  const {
    name = 'Error',
    message = '',
    code,
    Code,
    $metadata,
  } = error as {
    readonly name?: string;
    readonly message?: string;
    readonly code?: string;
    readonly Code?: string;
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode ?? 0;
  const text = message === '' || message === 'UnknownError' || message === name ? '' : `: ${message}`;
  const reason = `${uri}: ${code ?? name}${text}${status > 0 ? ` (HTTP ${status})` : ''}`;
  const isRefusal =
    Code !== undefined && status >= 300 && status < 500 && status !== 429 && !transient.test(name);
  return { status: isRefusal ? 'refused' : 'delayed', error: name, reason };
}

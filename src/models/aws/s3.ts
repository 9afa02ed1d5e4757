import type { GetObjectCommandInput, GetObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import type { Logger } from '../../logger.js';
import { deviceRegion } from './region.js';

/** Where an object is. */
export interface S3Location {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string | undefined;
}

/** @param uri `s3://bucket/key`, as the configuration or SageMaker gives it */
export function parseS3Uri(uri: string): S3Location {
  const match = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri);
  if (!match) throw new Error(`${uri} is not s3://bucket/key`);
  return { bucket: match[1] ?? '', key: match[2] ?? '' };
}

export const formatS3Uri = ({ bucket, key }: S3Location): string => `s3://${bucket}/${key}`;

/** Reads objects, in whatever region their bucket is. The SDK is loaded with the first request. */
export class S3Reader {
  readonly #logger: Logger;
  readonly #clients = new Map<string | undefined, S3Client>();
  /** Where buckets were found to be. */
  readonly #regions = new Map<string, string>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** The region that a request for this bucket goes to. */
  regionOf(bucket: string, configured: string | undefined): string | undefined {
    return this.#regions.get(bucket) ?? configured ?? deviceRegion();
  }

  /** @throws errors of the SDK; judgeAwsError knows them */
  async get(
    location: S3Location,
    region: string | undefined,
    range: Pick<GetObjectCommandInput, 'Range' | 'IfMatch'>,
    signal: AbortSignal | undefined,
  ): Promise<GetObjectCommandOutput> {
    const { bucket, key, versionId } = location;
    const { GetObjectCommand } = await import('@aws-sdk/client-s3');
    const send = async () => {
      const client = await this.#clientFor(this.regionOf(bucket, region));
      const input = {
        Bucket: bucket,
        Key: key,
        ...(versionId !== undefined && { VersionId: versionId }),
        ...range,
      };
      return client.send(new GetObjectCommand(input), signal ? { abortSignal: signal } : {});
    };
    try {
      return await send();
    } catch (error) {
      const actual = regionInError(error);
      const asked = this.regionOf(bucket, region);
      if (actual === undefined || actual === asked) throw error;
      this.#logger.info({ bucket, region: actual, asked }, 'the bucket is in another region');
      this.#regions.set(bucket, actual);
      return send();
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
    // Attempts, their pauses and their end are ours: the SDK's would come on top, and know nothing of bodies that break off.
    const client = new S3Client({ ...(region !== undefined && { region }), maxAttempts: 1 });
    this.#clients.set(region, client);
    return client;
  }
}

/** S3 says in a header, or in the body of the error, where the bucket really is. */
function regionInError(error: unknown): string | undefined {
  const { $metadata, $response, Region } = error as {
    readonly $metadata?: { readonly httpStatusCode?: number };
    readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
    readonly Region?: string;
  };
  const status = $metadata?.httpStatusCode ?? 0;
  if (status < 300 || status > 400) return undefined;
  return $response?.headers?.['x-amz-bucket-region'] ?? Region;
}

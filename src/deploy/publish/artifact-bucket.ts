import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import { EdgeError } from '../../errors/index.js';
import { calling } from '../aws-failure.js';
import type { Artifact } from './built-component.js';

/** Uploads artifacts. The SDK is loaded with the first. */
export class ArtifactBucket {
  #client: S3Client | undefined;

  constructor(
    readonly name: string,
    private readonly region: string,
  ) {}

  /**
   * The upload carries its SHA-256, so S3 refuses what was damaged on the way. An archive has 200 MB at most, and in memory the
   * SDK can send it again when the connection breaks.
   * @throws EdgeError DEPLOY_BUCKET_*, DEPLOY_FORBIDDEN, DEPLOY_CREDENTIALS_*, DEPLOY_UNREACHABLE, DEPLOY_REFUSED
   */
  async upload(key: string, artifact: Artifact): Promise<void> {
    const { PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
    this.#client ??= new S3Client({ region: this.region });
    const client = this.#client;
    const body = await readFile(artifact.path);
    const command = new PutObjectCommand({
      Bucket: this.name,
      Key: key,
      Body: body,
      ChecksumSHA256: createHash('sha256').update(body).digest('base64'),
    });
    const call = { action: 's3:PutObject', resource: `s3://${this.name}/${key}`, region: this.region };
    await calling(call, async () => {
      try {
        await client.send(command);
      } catch (error) {
        throw this.#bucketError(error) ?? error;
      }
    });
  }

  close(): void {
    this.#client?.destroy();
    this.#client = undefined;
  }

  #bucketError(error: unknown): EdgeError | undefined {
    const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
    const status = $metadata?.httpStatusCode ?? 0;
    if (name === 'NoSuchBucket')
      return new EdgeError('DEPLOY_BUCKET_MISSING', { bucket: this.name }, { cause: error });
    const isElsewhere =
      (status >= 300 && status < 400) ||
      name === 'AuthorizationHeaderMalformed' ||
      name === 'IllegalLocationConstraintException';
    if (!isElsewhere) return undefined;
    return new EdgeError(
      'DEPLOY_BUCKET_REGION',
      { bucket: this.name, region: this.region },
      { cause: error },
    );
  }
}

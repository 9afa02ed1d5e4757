import type { ModelSourceConfig } from '../../config/model.js';
import { EdgeError, isEdgeError } from '../../errors/index.js';
import type { Logger } from '../../logger.js';
import { judgeAwsError, type AwsRequest } from '../aws/failure.js';
import { formatS3Uri, parseS3Uri, type S3Location, type S3Reader } from '../aws/s3.js';
import { sha256OfFile } from '../digest.js';
import type { ModelOrigin } from '../origin.js';
import { signatureFileLimit, signatureSuffix } from '../signature.js';
import { repeat } from '../transfer/attempts.js';
import { download, type RemoteObject } from '../transfer/download.js';
import { PartFile } from '../transfer/part-file.js';
import type { TransferPolicy } from '../transfer/policy.js';
import type { Located, Origin } from './origin.js';

/** What fetching from afar needs of its surroundings. */
export interface RemoteContext {
  readonly s3: S3Reader;
  readonly logger: Logger;
  readonly policy: TransferPolicy;
  /** Whether a signature beside the object is of interest. */
  readonly wantSignature: boolean;
  /** Where the download of this source goes, and stays when it is interrupted. */
  readonly downloadPath: string;
  /** Makes the place for a download. */
  readonly reserve: (bytes: number) => Promise<void>;
}

/** An archive in a bucket. */
export class S3Object implements Origin {
  readonly fixed: boolean;
  readonly #location: S3Location;
  readonly #region: string | undefined;
  readonly #context: RemoteContext;

  constructor(source: Extract<ModelSourceConfig, { type: 's3' }>, context: RemoteContext) {
    this.#location = { ...parseS3Uri(source.uri), versionId: source.versionId };
    this.#region = source.region;
    this.#context = context;
    this.fixed = source.sha256 !== undefined || source.versionId !== undefined;
  }

  async locate(quick: boolean, signal?: AbortSignal): Promise<Located> {
    const { revision } = await headOf(this.#location, this.#region, this.#context, quick, signal);
    const origin: ModelOrigin = { type: 's3', uri: formatS3Uri(this.#location), revision };
    return { origin, fetch: (inner) => fetchObject(this.#location, this.#region, this.#context, inner) };
  }
}

/**
 * Asks for the first byte of an object: that needs no other right than reading it, and unlike HEAD it says in words what is wrong.
 * @throws EdgeError MODEL_ORIGIN_*, MODEL_CREDENTIALS_MISSING, MODEL_ARCHIVE_INVALID for an empty one
 */
async function headOf(
  location: S3Location,
  region: string | undefined,
  { s3, policy, logger }: RemoteContext,
  quick: boolean,
  signal: AbortSignal | undefined,
): Promise<{ revision: string }> {
  const uri = formatS3Uri(location);
  const ask = async () => {
    const limit = AbortSignal.timeout(quick ? policy.quickMs : policy.windowMs);
    const ended = signal ? AbortSignal.any([signal, limit]) : limit;
    try {
      const answer = await s3.get(location, region, { Range: 'bytes=0-0' }, ended);
      await answer.Body?.transformToByteArray();
      return { revision: answer.VersionId ?? answer.ETag ?? '' };
    } catch (error) {
      if ((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 416)
        throw new EdgeError('MODEL_ARCHIVE_INVALID', { path: uri, reason: 'it is empty' }, { cause: error });
      throw limit.aborted ? new Error('no answer came in time', { cause: error }) : error;
    }
  };
  return repeat(ask, {
    uri,
    logger,
    signal,
    policy: quick ? { ...policy, attempts: 1 } : policy,
    judge: (error) => judgeAwsError(error, requestFor(location, s3.regionOf(location.bucket, region))),
  });
}

/** Brings an archive here, with the signature beside it where that is of interest. */
export async function fetchObject(
  location: S3Location,
  region: string | undefined,
  context: RemoteContext,
  signal: AbortSignal | undefined,
) {
  const { s3, policy, logger, reserve } = context;
  const part = new PartFile(context.downloadPath);
  const remote: RemoteObject = {
    uri: formatS3Uri(location),
    judge: (error) => judgeAwsError(error, requestFor(location, s3.regionOf(location.bucket, region))),
    open: async (after, inner) => {
      const range = after ? { Range: `bytes=${after.size}-`, IfMatch: after.tag } : {};
      const answer = await s3.get(location, region, range, inner);
      const placed = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.ContentRange ?? '');
      const from = placed ? Number(placed[1]) : 0;
      const total = placed ? Number(placed[2]) : answer.ContentLength;
      if (total === undefined || answer.Body === undefined) throw new Error('the answer has no length');
      if (from !== 0 && from !== after?.size)
        throw new Error(`the answer begins at ${from}, ${after?.size ?? 0} was asked for`);
      return { tag: answer.ETag ?? '', total, from, body: answer.Body as AsyncIterable<Uint8Array> };
    },
  };
  await download(remote, part, { policy, logger, signal, reserve });
  return {
    kind: 'archive' as const,
    file: part.path,
    sha256: await sha256OfFile(part.path),
    signature: context.wantSignature
      ? await readSignatureObject(location, region, context, signal)
      : undefined,
    release: () => part.discard(),
  };
}

/** @returns undefined where there is none, or it may not be read: S3 does not tell these apart without s3:ListBucket */
async function readSignatureObject(
  { bucket, key }: S3Location,
  region: string | undefined,
  { s3, policy, logger }: RemoteContext,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const location = { bucket, key: key + signatureSuffix };
  try {
    return await repeat(
      async () => {
        const answer = await s3.get(location, region, { Range: `bytes=0-${signatureFileLimit - 1}` }, signal);
        return (await answer.Body?.transformToString('latin1'))?.trim();
      },
      {
        uri: formatS3Uri(location),
        policy,
        logger,
        signal,
        judge: (error) => judgeAwsError(error, requestFor(location, s3.regionOf(bucket, region))),
      },
    );
  } catch (error) {
    if (!isEdgeError(error) || !['MODEL_ORIGIN_MISSING', 'MODEL_ORIGIN_FORBIDDEN'].includes(error.code))
      throw error;
    logger.debug({ uri: formatS3Uri(location), code: error.code }, 'no signature beside the model');
    return undefined;
  }
}

const requestFor = (location: S3Location, region: string | undefined): AwsRequest => ({
  uri: formatS3Uri(location),
  action: location.versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion',
  region,
});

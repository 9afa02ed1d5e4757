import { addAbortSignal, Readable } from 'node:stream';
import type { Logger } from '../../logger.js';
import { toDiskError } from '../disk.js';
import { repeat } from './attempts.js';
import { Pace } from './pace.js';
import { PartFile } from './part-file.js';
import type { TransferPolicy } from './policy.js';
import { Progress } from './progress.js';
import type { Verdict } from './verdict.js';

/** The answer to a request for an object, or for its end. */
export interface ObjectStream {
  /** Changes with the object: the ETag. */
  readonly tag: string;
  /** Bytes of the whole object. */
  readonly total: number;
  /** Where the body begins in it. */
  readonly from: number;
  readonly body: AsyncIterable<Uint8Array>;
}

/** An object somewhere else. */
export interface RemoteObject {
  readonly uri: string;
  /** @param after what is there already: the answer fails where the object has another tag by now */
  open(
    after: { readonly size: number; readonly tag: string } | undefined,
    signal: AbortSignal,
  ): Promise<ObjectStream>;
  judge(error: unknown): Verdict;
}

export interface DownloadOptions {
  readonly policy: TransferPolicy;
  readonly logger: Logger;
  readonly signal?: AbortSignal | undefined;
  /** Called when the size is known, before anything is written. @throws EdgeError MODEL_DISK_FULL */
  readonly reserve: (bytes: number) => Promise<void>;
}

/**
 * Brings an object into a file. What was interrupted goes on where it stopped, in this process or a later one, as long as the
 * object is the same.
 * @throws EdgeError MODEL_ORIGIN_*, MODEL_DISK_FULL
 */
export async function download(
  remote: RemoteObject,
  part: PartFile,
  options: DownloadOptions,
): Promise<void> {
  let arrived = 0;
  const attempt = async () => {
    arrived = 0;
    const before = await part.state();
    if (before?.size === before?.total && before) return;
    const pace = new Pace(options.policy, options.signal);
    try {
      const stream = await remote.open(before && before.size > 0 ? before : undefined, pace.signal);
      await receive(stream, remote.uri, part, options, pace, (bytes) => (arrived += bytes));
    } catch (error) {
      throw pace.signal.aborted && !options.signal?.aborted ? pace.signal.reason : error;
    } finally {
      pace.stop();
    }
  };
  await repeat(attempt, {
    ...options,
    uri: remote.uri,
    progressed: () => arrived >= options.policy.minWindowBytes,
    judge: async (error) => {
      const disk = toDiskError(error, part.path);
      if (disk !== error) {
        // The bytes so far are what fills the disk.
        await part.discard();
        throw disk;
      }
      const verdict = remote.judge(error);
      if ('retry' in verdict && verdict.startOver) await part.discard();
      return verdict;
    },
  });
}

async function receive(
  stream: ObjectStream,
  uri: string,
  part: PartFile,
  { reserve, logger }: DownloadOptions,
  pace: Pace,
  count: (bytes: number) => void,
): Promise<void> {
  const { tag, total, from } = stream;
  await reserve(total - from);
  // A server that does not know ranges sends everything.
  const file = from > 0 ? await part.append() : await part.begin({ tag, total });
  const progress = new Progress(uri, total, from, logger);
  let at = from;
  if (stream.body instanceof Readable) addAbortSignal(pace.signal, stream.body);
  try {
    for await (const bytes of stream.body) {
      if (at + bytes.length > total) throw new Error(`more than the announced ${total} bytes came`);
      await file.writeFile(bytes);
      at += bytes.length;
      pace.count(bytes.length);
      count(bytes.length);
      progress.at(at);
    }
    if (at < total) throw new Error(`the connection ended after ${at} of ${total} bytes`);
  } finally {
    await file.sync().finally(() => file.close());
  }
}

import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { EdgeError } from '../../errors/index.js';

const decompressors = { gzip: promisify(gunzip), deflate: promisify(inflate) };

/**
 * What a body holds after its Content-Encoding is undone, within the limit: a kilobyte can become a gigabyte.
 * @throws EdgeError SERVICE_MEDIA_TYPE, SERVICE_BODY_TOO_LARGE, SERVICE_REQUEST_INVALID
 */
export async function decompressed(
  body: Uint8Array,
  encoding: string | undefined,
  limitBytes: number,
): Promise<Uint8Array> {
  const name = (encoding ?? 'identity').trim().toLowerCase();
  if (name === 'identity') return body;
  if (!Object.hasOwn(decompressors, name))
    throw new EdgeError('SERVICE_MEDIA_TYPE', {
      given: `Content-Encoding: ${name}`,
      known: 'gzip and deflate',
    });
  try {
    return await decompressors[name as keyof typeof decompressors](body, { maxOutputLength: limitBytes });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new EdgeError('SERVICE_BODY_TOO_LARGE', { limitBytes }, { cause });
    const problem = `its ${name} body does not unpack: ${(cause as Error).message}`;
    throw new EdgeError('SERVICE_REQUEST_INVALID', { problem }, { cause });
  }
}

/** Of a request for an inference: the JSON document, and the binary data that follows it. */
export interface SplitBody {
  readonly document: unknown;
  readonly binary: Uint8Array;
}

/**
 * @param headerLength `Inference-Header-Content-Length`: bytes of the JSON; without it everything is
 * @throws EdgeError SERVICE_REQUEST_INVALID
 */
export function splitBody(body: Uint8Array, headerLength: string | undefined): SplitBody {
  const invalid = (problem: string, cause?: unknown) =>
    new EdgeError('SERVICE_REQUEST_INVALID', { problem }, { cause });
  const length = headerLength === undefined ? body.byteLength : Number(headerLength);
  if (!/^\d+$/.test(headerLength ?? '0') || length > body.byteLength)
    throw invalid(
      `Inference-Header-Content-Length is "${headerLength ?? ''}", and the body has ${body.byteLength} bytes`,
    );
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body.subarray(0, length));
    return { document: JSON.parse(text) as unknown, binary: body.subarray(length) };
  } catch (cause) {
    throw invalid(`its JSON cannot be read: ${(cause as Error).message}`, cause);
  }
}

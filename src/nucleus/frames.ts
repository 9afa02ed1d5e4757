import { crc32 } from 'node:zlib';
import { EventStreamCodec } from '@smithy/eventstream-codec';

/** `:message-type` of the event-stream RPC protocol. */
export const MessageType = {
  ApplicationMessage: 0,
  ApplicationError: 1,
  Ping: 2,
  PingResponse: 3,
  Connect: 4,
  ConnectAck: 5,
  ProtocolError: 6,
  InternalError: 7,
} as const;

/** `:message-flags`, a bit set. */
export const MessageFlag = { ConnectionAccepted: 1, TerminateStream: 2 } as const;

/** One message of the protocol, as both sides see it. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  /** 0 is the connection itself; a client counts its own streams from 1. */
  readonly streamId: number;
  /** String headers: `operation`, `service-model-type`, `:content-type`, `:version`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Uint8Array;
}

/** Bytes that are no frame. The peer cannot be understood any more: its connection ends. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** Lengths and the checksum of both: total u32, headers u32, CRC32 u32, big-endian. */
const preludeBytes = 12;
const checksumBytes = 4;
/** The protocol's own limit of the headers. */
const maxHeadersBytes = 128 * 1024;

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(typeof bytes === 'string' ? bytes : bytes).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
);

const numberHeaders = [':message-type', ':message-flags', ':stream-id'] as const;

export function encodeFrame(frame: Frame): Uint8Array {
  const headers: Parameters<EventStreamCodec['encode']>[0]['headers'] = {
    ':message-type': { type: 'integer', value: frame.type },
    ':message-flags': { type: 'integer', value: frame.flags },
    ':stream-id': { type: 'integer', value: frame.streamId },
  };
  for (const [name, value] of Object.entries(frame.headers)) headers[name] = { type: 'string', value };
  return codec.encode({ headers, body: frame.payload });
}

function decodeFrame(bytes: Uint8Array): Frame {
  let message;
  try {
    message = codec.decode(bytes);
  } catch (cause) {
    throw new FrameError(`the frame does not decode: ${(cause as Error).message}`, { cause });
  }
  const [type, flags, streamId] = numberHeaders.map((name) => {
    const header = message.headers[name];
    if (header?.type !== 'integer')
      throw new FrameError(`the header ${name} is missing or no 32-bit integer`);
    return header.value;
  }) as [number, number, number];
  const headers: Record<string, string> = {};
  for (const [name, header] of Object.entries(message.headers))
    if (header.type === 'string') headers[name] = header.value;
  return { type, flags, streamId, headers, payload: message.body };
}

/**
 * Cuts a byte stream into frames. A length is believed only when its checksum is right and it is within the limit, so that
 * no peer makes it keep more than one frame of `maxFrameBytes`.
 */
export class FrameDecoder {
  private chunks: Uint8Array[] = [];
  private bufferedBytes = 0;
  /** Length of the frame that is being collected, known once its prelude is there. */
  private expectedBytes: number | undefined;

  constructor(private readonly maxFrameBytes: number) {}

  /** @throws FrameError when the bytes are no frame; the decoder cannot be used after that. */
  *push(chunk: Uint8Array): Generator<Frame> {
    this.chunks.push(chunk);
    this.bufferedBytes += chunk.byteLength;
    for (;;) {
      if (this.expectedBytes === undefined) {
        if (this.bufferedBytes < preludeBytes) return;
        this.expectedBytes = this.readPrelude(this.collect());
      }
      if (this.bufferedBytes < this.expectedBytes) return;
      const bytes = this.collect();
      // A copy of its own: the payload outlives the socket's buffer, and a wrong header length must not reach beyond it.
      const frame = Uint8Array.prototype.slice.call(bytes, 0, this.expectedBytes);
      const rest = bytes.subarray(this.expectedBytes);
      this.chunks = rest.byteLength > 0 ? [rest] : [];
      this.bufferedBytes = rest.byteLength;
      this.expectedBytes = undefined;
      yield decodeFrame(frame);
    }
  }

  private collect(): Buffer {
    const [first] = this.chunks;
    if (first !== undefined && this.chunks.length === 1)
      return Buffer.from(first.buffer, first.byteOffset, first.byteLength);
    const bytes = Buffer.concat(this.chunks, this.bufferedBytes);
    this.chunks = [bytes];
    return bytes;
  }

  private readPrelude(bytes: Buffer): number {
    const totalBytes = bytes.readUInt32BE(0);
    const headersBytes = bytes.readUInt32BE(4);
    if (crc32(bytes.subarray(0, 8)) !== bytes.readUInt32BE(8))
      throw new FrameError('the checksum of the lengths is wrong');
    if (totalBytes > this.maxFrameBytes) {
      throw new FrameError(`the frame has ${totalBytes} bytes, the limit is ${this.maxFrameBytes}`);
    }
    if (headersBytes > maxHeadersBytes || preludeBytes + headersBytes + checksumBytes > totalBytes) {
      throw new FrameError(`the headers have ${headersBytes} bytes in a frame of ${totalBytes}`);
    }
    return totalBytes;
  }
}

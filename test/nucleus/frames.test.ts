import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { FrameDecoder, FrameError, encodeFrame, type Frame } from '../../src/nucleus/frames.js';

const frame: Frame = {
  type: 0,
  flags: 2,
  streamId: 7,
  headers: { operation: 'aws.greengrass#PublishToTopic', ':content-type': 'application/json' },
  payload: Buffer.from('{"topic":"größe"}'),
};

const decode = (bytes: Uint8Array, maxFrameBytes = 1024) => [...new FrameDecoder(maxFrameBytes).push(bytes)];

/** Bytes that begin with a right prelude: total and headers length with their checksum. */
function prelude(totalBytes: number, headersBytes: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32BE(totalBytes, 0);
  bytes.writeUInt32BE(headersBytes, 4);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 8)), 8);
  return bytes;
}

/** A repeatable source of bytes (mulberry32). */
function randomBytes(seed: number, length: number): Buffer {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    const mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    return (mixed ^ (mixed >>> 14)) & 0xff;
  };
  return Buffer.from(Array.from({ length }, next));
}

describe('a frame', () => {
  it('is laid out as the protocol says', () => {
    const bytes = Buffer.from(
      encodeFrame({ type: 5, flags: 1, streamId: 0, headers: {}, payload: Buffer.from('x') }),
    );
    expect(bytes.readUInt32BE(0)).toBe(bytes.length);
    expect(bytes.readUInt32BE(4)).toBe(bytes.length - 17);
    expect(bytes.readUInt32BE(8)).toBe(crc32(bytes.subarray(0, 8)));
    expect(bytes.readUInt32BE(bytes.length - 4)).toBe(crc32(bytes.subarray(0, -4)));
    expect(bytes.subarray(12, 31)).toEqual(Buffer.from('\x0d:message-type\x04\0\0\0\x05', 'latin1'));
  });

  it('comes back as it was', () => {
    expect(decode(encodeFrame(frame))).toEqual([{ ...frame, payload: new Uint8Array(frame.payload) }]);
  });

  it('is the same however its bytes are cut', () => {
    const bytes = Buffer.concat([
      encodeFrame(frame),
      encodeFrame({ ...frame, streamId: 8 }),
      encodeFrame(frame),
    ]);
    for (const size of [1, 3, 11, 12, 13, 100, bytes.length]) {
      const decoder = new FrameDecoder(1024);
      const ids: number[] = [];
      for (let offset = 0; offset < bytes.length; offset += size) {
        for (const { streamId } of decoder.push(bytes.subarray(offset, offset + size))) ids.push(streamId);
      }
      expect(ids, `cut into ${size} bytes`).toEqual([7, 8, 7]);
    }
  });

  it('is not kept from the socket: its payload survives the reuse of the buffer', () => {
    const bytes = Buffer.from(encodeFrame(frame));
    const [decoded] = decode(bytes);
    bytes.fill(0);
    expect(Buffer.from(decoded?.payload ?? []).toString()).toBe('{"topic":"größe"}');
  });
});

describe('a decoder', () => {
  it('refuses a wrong checksum of the lengths as soon as it has them', () => {
    const bytes = prelude(4_000_000_000, 4);
    bytes[11] = (bytes[11] ?? 0) ^ 1;
    expect(() => decode(bytes)).toThrow('the checksum of the lengths is wrong');
  });

  it('refuses a frame above its limit before the frame comes', () => {
    expect(() => decode(prelude(4_000_000_000, 4))).toThrow(
      'the frame has 4000000000 bytes, the limit is 1024',
    );
  });

  it('refuses headers that are longer than their frame', () => {
    expect(() => decode(prelude(100, 90))).toThrow('the headers have 90 bytes in a frame of 100');
  });

  it('refuses a frame with a changed byte', () => {
    const bytes = encodeFrame(frame);
    for (let index = 12; index < bytes.length; index += 1) {
      const changed = Uint8Array.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 0x40;
      expect(() => decode(changed), `byte ${index}`).toThrow(FrameError);
    }
  });

  it('refuses a frame without a message type', () => {
    const body = Buffer.concat([prelude(16, 0), Buffer.alloc(4)]);
    body.writeUInt32BE(crc32(body.subarray(0, 12)), 12);
    expect(() => decode(body)).toThrow(':message-type');
  });

  it('refuses right checksums around headers that run out of the frame', () => {
    // A header name of 255 bytes in a header block of 2.
    const body = Buffer.concat([prelude(18, 2), Buffer.from([255, 65]), Buffer.alloc(4)]);
    body.writeUInt32BE(crc32(body.subarray(0, 14)), 14);
    expect(() => decode(body)).toThrow(FrameError);
  });

  it('throws nothing but FrameError at random bytes', () => {
    for (let seed = 0; seed < 2_000; seed += 1) {
      const headersBytes = seed % 40;
      const random = randomBytes(seed, 60);
      const body = Buffer.concat([prelude(76, headersBytes), random, Buffer.alloc(4)]);
      body.writeUInt32BE(crc32(body.subarray(0, 72)), 72);
      for (const bytes of [random, body]) {
        let thrown: unknown;
        try {
          decode(bytes);
        } catch (error) {
          thrown = error;
        }
        if (thrown !== undefined) expect(thrown, `seed ${seed}`).toBeInstanceOf(FrameError);
      }
    }
  });
});

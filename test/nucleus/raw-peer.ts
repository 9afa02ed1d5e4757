import { connect, type Socket } from 'node:net';
import { FrameDecoder, encodeFrame, type Frame } from '../../src/nucleus/frames.js';
import { atEnd } from './fixture.js';

/** A peer that writes what it is told, frames or not, and keeps what comes back. */
export class RawPeer {
  readonly received: Frame[] = [];
  readonly ended: Promise<void>;

  private constructor(readonly socket: Socket) {
    const decoder = new FrameDecoder(16 * 1024 * 1024);
    socket.on('data', (chunk) => this.received.push(...decoder.push(chunk)));
    socket.on('error', () => undefined);
    this.ended = new Promise((resolve) => socket.once('close', () => resolve()));
    atEnd(() => void socket.destroy());
  }

  static async open(path: string): Promise<RawPeer> {
    const socket = connect(path);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new RawPeer(socket);
  }

  send(frame: Partial<Frame>): void {
    this.socket.write(
      encodeFrame({ type: 0, flags: 0, streamId: 0, headers: {}, payload: new Uint8Array(), ...frame }),
    );
  }

  handshake(token: string, version = '0.1.0'): void {
    this.send({
      type: 4,
      headers: { ':version': version },
      payload: Buffer.from(JSON.stringify({ authToken: token })),
    });
  }

  request(streamId: number, operation: string, body: unknown): void {
    const headers = { operation: `aws.greengrass#${operation}` };
    this.send({ streamId, headers, payload: Buffer.from(JSON.stringify(body)) });
  }

  json(index: number): Record<string, unknown> {
    return JSON.parse(Buffer.from(this.received[index]?.payload ?? []).toString()) as Record<string, unknown>;
  }
}

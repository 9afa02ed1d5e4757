import type { Socket } from 'node:net';
import { z } from 'zod';
import { describeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import { FrameDecoder, FrameError, MessageFlag, MessageType, encodeFrame, type Frame } from './frames.js';
import type { NucleusTraits } from './kind.js';
import { ServerStream } from './stream.js';

export interface ConnectionLimits {
  /** Longest frame that is taken from a client. */
  readonly maxFrameBytes: number;
  /** Bytes that wait for a client that does not read; above them its connection ends. */
  readonly maxPendingBytes: number;
  /** Streams that one connection holds open. */
  readonly maxStreams: number;
  /** Time for the first message, which has to carry the token. */
  readonly handshakeTimeoutMs: number;
}

export const defaultLimits: ConnectionLimits = {
  maxFrameBytes: 16 * 1024 * 1024,
  maxPendingBytes: 4 * 1024 * 1024,
  maxStreams: 1024,
  handshakeTimeoutMs: 10_000,
};

/** What a connection needs of the nucleus that it belongs to. */
export interface ConnectionHost {
  readonly traits: NucleusTraits;
  readonly limits: ConnectionLimits;
  readonly logger: Logger;
  /** The component of a token, undefined when nobody has it. */
  authenticate(token: string): string | undefined;
  /** Whether frames are answered at present; a silent nucleus reads and says nothing. */
  answers(): boolean;
  /** Whether connections are read at present. */
  reads(): boolean;
  handle(component: string, stream: ServerStream, payload: Uint8Array, connection: Connection): void;
  closed(connection: Connection, reason: string): void;
}

const connectPayloadSchema = z.object({ authToken: z.string() });

/** One client of the nucleus: handshake, then streams. Any breach of the protocol ends it, with the reason in the log. */
export class Connection {
  private readonly decoder: FrameDecoder;
  private readonly streams = new Map<number, ServerStream>();
  private readonly handshakeTimer: NodeJS.Timeout;
  private lastStreamId = 0;
  private closing = false;
  /** A wrong token: the refusal is on its way, nothing more is taken. */
  private refused = false;
  /** Undefined until the handshake is done. */
  component: string | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly host: ConnectionHost,
  ) {
    this.decoder = new FrameDecoder(host.limits.maxFrameBytes);
    this.handshakeTimer = setTimeout(
      () => this.close('there was no handshake in time'),
      host.limits.handshakeTimeoutMs,
    );
    this.handshakeTimer.unref();
    socket.on('data', (chunk) => this.receive(chunk));
    socket.on('error', (error) => this.close(error.message));
    socket.on('close', () => this.close('the client left'));
    this.setReading(host.reads());
  }

  setReading(reading: boolean): void {
    if (reading) this.socket.resume();
    else this.socket.pause();
  }

  /** Ends the connection and with it every stream. Idempotent. */
  close(reason: string): void {
    if (this.closing) return;
    this.closing = true;
    clearTimeout(this.handshakeTimer);
    this.socket.destroy();
    for (const stream of this.streams.values()) stream.close();
    this.streams.clear();
    this.host.closed(this, reason);
  }

  private receive(chunk: Uint8Array): void {
    try {
      for (const frame of this.decoder.push(chunk)) {
        if (this.closing || this.refused) return;
        if (this.host.answers()) this.accept(frame);
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.close(error.message);
    }
  }

  private accept(frame: Frame): void {
    if (frame.type === MessageType.Ping) {
      this.send({ ...frame, type: MessageType.PingResponse, headers: {} });
    } else if (this.component === undefined) {
      this.handshake(frame);
    } else if (frame.type === MessageType.ApplicationMessage && frame.streamId > 0) {
      this.acceptStreamFrame(this.component, frame);
    } else if (frame.type !== MessageType.PingResponse) {
      throw new FrameError(
        `a message of type ${frame.type} on stream ${frame.streamId} is not expected here`,
      );
    }
  }

  private handshake(frame: Frame): void {
    if (frame.type !== MessageType.Connect || frame.streamId !== 0)
      throw new FrameError('the first message is not a connect');
    const version = frame.headers[':version'];
    if (version !== '0.1.0')
      throw new FrameError(`the protocol version is ${version ?? 'missing'}, not 0.1.0`);
    const token = readToken(frame.payload);
    const component = token === undefined ? undefined : this.host.authenticate(token);
    const answer = { type: MessageType.ConnectAck, streamId: 0, headers: {}, payload: new Uint8Array() };
    if (component === undefined) {
      this.refused = true;
      this.host.logger.warn('A client with a wrong token was refused.');
      // Destroying the socket at once would take the acknowledgement back before it is read.
      if (this.host.traits.refusesHandshakeWithAck) this.socket.end(encodeFrame({ ...answer, flags: 0 }));
      else this.close('its token is wrong');
      return;
    }
    clearTimeout(this.handshakeTimer);
    this.component = component;
    this.send({ ...answer, flags: MessageFlag.ConnectionAccepted });
  }

  private acceptStreamFrame(component: string, frame: Frame): void {
    const existing = this.streams.get(frame.streamId);
    if ((frame.flags & MessageFlag.TerminateStream) !== 0) {
      // Unknown when an error of ours has ended the stream a moment ago.
      this.streams.delete(frame.streamId);
      existing?.close();
      return;
    }
    const operation = frame.headers['operation'];
    if (operation === undefined || existing !== undefined) {
      throw new FrameError(`stream ${frame.streamId} has a message and no operation served here takes one`);
    }
    if (frame.streamId <= this.lastStreamId) throw new FrameError(`stream ${frame.streamId} was used before`);
    if (this.streams.size >= this.host.limits.maxStreams)
      throw new FrameError(`${this.streams.size} streams are open`);
    this.lastStreamId = frame.streamId;
    const name = operation.replace(/^aws\.greengrass#/, '');
    const stream = new ServerStream(
      frame.streamId,
      name,
      (out) => this.send(out),
      this.host.traits.writesPlainMessage,
    );
    this.streams.set(frame.streamId, stream);
    stream.onClose(() => this.streams.delete(frame.streamId));
    this.host.handle(component, stream, frame.payload, this);
  }

  private send(frame: Frame): void {
    if (this.closing || !this.host.answers()) return;
    this.socket.write(encodeFrame(frame));
    const pendingBytes = this.socket.writableLength;
    if (pendingBytes > this.host.limits.maxPendingBytes)
      this.close(`it does not read: ${pendingBytes} bytes wait for it`);
  }
}

function readToken(payload: Uint8Array): string | undefined {
  let document: unknown;
  try {
    document = JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch (error) {
    throw new FrameError(`the connect message is no JSON: ${describeError(error)}`, { cause: error });
  }
  return connectPayloadSchema.safeParse(document).data?.authToken;
}

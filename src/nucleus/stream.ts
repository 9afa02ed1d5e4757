import { MessageFlag, MessageType, type Frame } from './frames.js';
import type { JsonObject } from './configuration-tree.js';
import type { ModeledError } from './modeled-error.js';

const jsonContent = { ':content-type': 'application/json' };
const encode = (value: JsonObject) => Buffer.from(JSON.stringify(value), 'utf8');

/** One stream of a connection: a request, its response, and for a subscription the events after it. */
export class ServerStream {
  private readonly closeListeners: (() => void)[] = [];
  private ended = false;

  constructor(
    readonly id: number,
    /** Without its prefix `aws.greengrass#`. */
    readonly operation: string,
    private readonly send: (frame: Frame) => void,
    private readonly writesPlainMessage: boolean,
  ) {}

  get open(): boolean {
    return !this.ended;
  }

  /** Called once, when either side ends the stream or its connection. */
  onClose(listener: () => void): void {
    this.closeListeners.push(listener);
  }

  respond(body: JsonObject): void {
    this.write(MessageType.ApplicationMessage, 0, `${this.operation}Response`, body);
  }

  event(shape: string, body: JsonObject): void {
    this.write(MessageType.ApplicationMessage, 0, shape, body);
  }

  /** Answers with an error, which ends the stream in the same frame. */
  fail({ shape, message }: ModeledError): void {
    const plain = this.writesPlainMessage ? { message } : {};
    this.write(MessageType.ApplicationError, MessageFlag.TerminateStream, shape, {
      ...plain,
      _message: message,
      _errorCode: shape,
    });
    this.close();
  }

  close(): void {
    if (this.ended) return;
    this.ended = true;
    for (const listener of this.closeListeners) listener();
  }

  private write(type: number, flags: number, shape: string, body: JsonObject): void {
    if (this.ended) return;
    const headers = { ...jsonContent, 'service-model-type': `aws.greengrass#${shape}` };
    this.send({ type, flags, streamId: this.id, headers, payload: encode(body) });
  }
}

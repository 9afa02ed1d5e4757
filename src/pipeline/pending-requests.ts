import { catalogue, type ErrorCode } from '../errors/catalogue/index.js';
import { EdgeError } from '../errors/index.js';
import type { Refusal, RequestMessage } from './messages.js';
import type { PipelineReplies, PipelineRequest } from './requests.js';

/** So many pictures, and as many inferences, may wait for one pipeline; frames of the source are not among them. */
export const maxWaiting = 8;
/** Nobody waits longer than this, whatever the signal of a request says. */
const ceilingMs = 120_000;
const timeUp = new DOMException('The request took too long', 'TimeoutError');

interface Waiting {
  readonly type: PipelineRequest['type'];
  resolve(reply: PipelineReplies[PipelineRequest['type']]): void;
  reject(error: EdgeError): void;
}

/** The requests that one process has not answered yet, for one pipeline: none waits for ever, and none is forgotten. */
export class PendingRequests {
  readonly #pipeline: string;
  readonly #send: (message: RequestMessage) => void;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(pipeline: string, send: (message: RequestMessage) => void) {
    this.#pipeline = pipeline;
    this.#send = send;
  }

  /** @throws EdgeError REQUEST_QUEUE_FULL, REQUEST_ABORTED, REQUEST_FAILED, and whatever the process refuses it with */
  async ask<R extends PipelineRequest>(request: R, signal: AbortSignal): Promise<PipelineReplies[R['type']]> {
    const pipeline = this.#pipeline;
    if (signal.aborted) throw this.#aborted(signal.reason);
    const picture = request.type === 'picture';
    const before = [...this.#waiting.values()].filter(({ type }) => (type === 'picture') === picture).length;
    if (before >= maxWaiting) throw new EdgeError('REQUEST_QUEUE_FULL', { pipeline, limit: maxWaiting });
    const id = ++this.#lastId;
    const giveUp = (reason: unknown) => {
      this.#send({ type: 'cancel', id });
      this.#take(id)?.reject(this.#aborted(reason));
    };
    const onAbort = () => giveUp(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const ceiling = setTimeout(() => giveUp(timeUp), ceilingMs);
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting.set(id, { type: request.type, resolve: resolve as Waiting['resolve'], reject });
        this.#send({ type: 'ask', id, request });
      });
    } finally {
      clearTimeout(ceiling);
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** A reply to a request that was given up meanwhile has no one to go to. */
  answer(id: number, reply: PipelineReplies[PipelineRequest['type']]): void {
    this.#take(id)?.resolve(reply);
  }

  refuse(id: number, refusal: Refusal): void {
    this.#take(id)?.reject(errorOf(this.#pipeline, refusal));
  }

  /** The process is gone: it will not answer any more. */
  fail(reason: string): void {
    for (const id of [...this.#waiting.keys()])
      this.#take(id)?.reject(new EdgeError('REQUEST_FAILED', { pipeline: this.#pipeline, reason }));
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #aborted(cause: unknown): EdgeError<'REQUEST_ABORTED'> {
    const timeout = cause instanceof Error && cause.name === 'TimeoutError';
    const reason = timeout ? 'its time was up' : 'nobody waits for it any more';
    return new EdgeError('REQUEST_ABORTED', { pipeline: this.#pipeline, reason }, { cause });
  }
}

/** An EdgeError of the process is one here too, with its code and details. */
function errorOf(pipeline: string, { code, details, message }: Refusal): EdgeError {
  if (code === undefined || !Object.hasOwn(catalogue, code))
    return new EdgeError('REQUEST_FAILED', { pipeline, reason: message });
  return new EdgeError(code as ErrorCode, details as never);
}

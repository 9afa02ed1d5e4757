import { describeError, isEdgeError } from '../errors/index.js';
import type { AnswerMessage, Refusal } from './messages.js';
import type { PipelineRequest } from './requests.js';
import type { Responder } from './responder.js';

/** The requests to one pipeline that have no answer yet, in its process. */
export class Answers {
  readonly #send: (message: AnswerMessage) => void;
  readonly #asked = new Map<number, AbortController>();
  #responder: Responder | undefined;

  constructor(send: (message: AnswerMessage) => void) {
    this.#send = send;
  }

  /** From now on they can be answered. */
  open(responder: Responder): void {
    this.#responder = responder;
  }

  /** Never rejects: what fails is told to the one who asks. */
  async answer(id: number, request: PipelineRequest): Promise<void> {
    const cancelled = new AbortController();
    this.#asked.set(id, cancelled);
    try {
      if (!this.#responder) throw new Error('it is loading its model');
      const reply = await this.#responder.answer(request, cancelled.signal);
      this.#send({ type: 'reply', id, reply });
    } catch (error) {
      this.#send({ type: 'refusal', id, refusal: refusalOf(error) });
    } finally {
      this.#asked.delete(id);
    }
  }

  cancel(id: number): void {
    this.#asked.get(id)?.abort();
  }
}

function refusalOf(error: unknown): Refusal {
  if (!isEdgeError(error)) return { message: describeError(error) };
  const { code, details, message } = error;
  return { code, details, message };
}

import { describeError, EdgeError, isEdgeError } from '../../errors/index.js';
import type { Logger } from '../../logger.js';
import { failureOf } from '../failure.js';
import type { InferenceService } from '../inference-service.js';
import { v1Answer } from '../v1-answer.js';
import {
  addressSchema,
  replyTopic,
  topicRequestSchema,
  type TopicReply,
  type TopicRequest,
} from './request.js';

/** Local topics, as the Greengrass client gives them. */
export interface TopicLink {
  /** @throws EdgeError MESSAGE_TOO_LARGE, IPC_* */
  publish(topic: string, payload: string): Promise<void>;
  subscribe(
    filter: string,
    handler: (message: { readonly payload: Uint8Array }) => void,
  ): Promise<{ close(): void }>;
}

/** The inference service over local topics, with the verbs of the v1 connectors. */
export class TopicService {
  readonly counters = {
    /** Requests without ids that can be answered. */
    unanswerable: 0,
    repliesFailed: 0,
  };
  readonly #service: InferenceService;
  readonly #link: TopicLink;
  readonly #logger: Logger;
  #subscription: { close(): void } | undefined;
  #stopped = false;

  constructor(service: InferenceService, link: TopicLink, logger: Logger) {
    this.#service = service;
    this.#link = link;
    this.#logger = logger;
  }

  /** @throws EdgeError IPC_* */
  async start(topic: string): Promise<void> {
    const subscription = await this.#link.subscribe(topic, ({ payload }) => void this.#receive(payload));
    if (this.#stopped) subscription.close();
    else this.#subscription = subscription;
  }

  stop(): void {
    this.#stopped = true;
    this.#subscription?.close();
  }

  /** Never rejects. */
  async #receive(payload: Uint8Array): Promise<void> {
    const document = parse(payload);
    const address = addressSchema.safeParse(document);
    if (!address.success) {
      const level = this.counters.unanswerable++ === 0 ? 'warn' : 'debug';
      const problem = problemOf(address.error.issues);
      this.#logger[level](`A request for an inference cannot be answered: ${problem}.`);
      return;
    }
    const { client, id } = address.data;
    const topic = replyTopic({ client, id });
    try {
      const body = JSON.stringify(await this.#answer(document));
      await this.#send(topic, { id, status: 'success', contentType: 'application/json', body });
      this.#service.count();
    } catch (error) {
      await this.#refuse(topic, id, error);
    }
  }

  async #answer(document: unknown): Promise<unknown> {
    const request = topicRequestSchema.safeParse(document);
    if (!request.success)
      throw new EdgeError('SERVICE_REQUEST_INVALID', { problem: problemOf(request.error.issues) });
    const { service: model, algorithm, body }: TopicRequest = request.data;
    const { labels } = await this.#service.describe(model);
    const { predictions } = await this.#service.inferPicture(model, Buffer.from(body, 'base64'));
    return v1Answer(algorithm, predictions, labels);
  }

  async #send(topic: string, reply: TopicReply): Promise<void> {
    try {
      await this.#link.publish(topic, JSON.stringify(reply));
    } catch (cause) {
      if (!isEdgeError(cause) || cause.code !== 'MESSAGE_TOO_LARGE') throw cause;
      const { bytes, limitBytes } = (cause as EdgeError<'MESSAGE_TOO_LARGE'>).details;
      throw new EdgeError('SERVICE_ANSWER_TOO_LARGE', { bytes, limitBytes }, { cause });
    }
  }

  async #refuse(topic: string, id: string, error: unknown): Promise<void> {
    const known = isEdgeError(error) && !error.code.startsWith('IPC_');
    if (known) this.#service.count(error.code);
    else this.#logger.error(`A request for an inference failed: ${describeError(error)}`);
    const code = known ? failureOf(error.code).name : 'Service.Failed';
    const message = known ? describeError(error).slice(0, 1000) : 'The service failed; its log says why.';
    try {
      await this.#send(topic, { id, status: 'error', error: { code, message } });
    } catch (failure) {
      const level = this.counters.repliesFailed++ === 0 ? 'warn' : 'debug';
      this.#logger[level](`A reply of the inference service was not sent. ${describeError(failure)}`);
    }
  }
}

function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch {
    // What is no JSON has no ids either, and is counted with those.
    return undefined;
  }
}

const problemOf = (issues: readonly { path: readonly PropertyKey[]; message: string }[]): string =>
  issues.map(({ path, message }) => `${path.map(String).join('.') || 'document'}: ${message}`).join('; ');

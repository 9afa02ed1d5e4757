import { askOverHttp, type HttpTarget } from './http.js';
import { checkRequest, type InferenceAnswer, type InferenceRequest } from './request.js';
import { TopicQuestions, type TopicLink } from './topics.js';

export type InferenceClientOptions = (
  | HttpTarget
  | {
      readonly topics: TopicLink;
      /** Names who asks, as the replies' topic does; most simply the name of the component. */
      readonly client: string;
      /** As `service.ipc.topic`. @default mli/inference/requests */
      readonly requestTopic?: string;
    }
) & {
  /** @default 10,000 */
  readonly timeoutMs?: number;
};

/**
 * Asks the inference service of this device, with the verb of the v1 machine learning SDK. The socket takes pictures of any size,
 * topics take about 5,000 bytes.
 *
 * @example
 * const client = new InferenceClient({ socket: '/run/mli/inference.sock' });
 * const { body } = await client.invokeInferenceService({
 *   algoType: 'image-classification', serviceName: 'waste-sorter', contentType: 'image/jpeg', body: jpeg,
 * });
 * const probabilities = JSON.parse(Buffer.from(body).toString());
 */
export class InferenceClient {
  readonly #ask: (request: InferenceRequest, timeoutMs: number) => Promise<InferenceAnswer>;
  readonly #questions: TopicQuestions | undefined;
  readonly #timeoutMs: number;

  constructor(options: InferenceClientOptions) {
    this.#timeoutMs = options.timeoutMs ?? 10_000;
    if ('topics' in options) {
      const questions = new TopicQuestions(
        options.topics,
        options.client,
        options.requestTopic ?? 'mli/inference/requests',
      );
      this.#questions = questions;
      this.#ask = (request, timeoutMs) => questions.ask(request, timeoutMs);
    } else {
      this.#ask = (request, timeoutMs) => askOverHttp(options, request, timeoutMs);
    }
  }

  /** @throws InferenceServiceError, InferenceServiceUnreachable; TypeError for a request that cannot be right */
  async invokeInferenceService(request: InferenceRequest): Promise<InferenceAnswer> {
    checkRequest(request);
    return this.#ask(request, this.#timeoutMs);
  }

  /** Ends the subscription to replies. */
  async close(): Promise<void> {
    await this.#questions?.close();
  }
}

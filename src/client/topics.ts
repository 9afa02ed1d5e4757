import { randomUUID } from 'node:crypto';
import { InferenceServiceError, InferenceServiceUnreachable } from './errors.js';
import type { InferenceAnswer, InferenceRequest } from './request.js';

/** Local topics: `createGreengrassClient` of `greengrass-mli/greengrass`, or what wraps another SDK. */
export interface TopicLink {
  publish(topic: string, payload: string): Promise<void>;
  subscribe(
    filter: string,
    handler: (message: { readonly payload: Uint8Array }) => void,
  ): Promise<{ close(): void }>;
}

interface Reply {
  readonly id: string;
  readonly status: 'success' | 'error';
  readonly contentType?: string;
  readonly body?: string;
  readonly error?: { readonly code: string; readonly message: string };
}

/** Asks over local topics: one subscription for all replies to this client. */
export class TopicQuestions {
  readonly #link: TopicLink;
  readonly #client: string;
  readonly #topic: string;
  readonly #waiting = new Map<string, (reply: Reply) => void>();
  #subscription: Promise<{ close(): void }> | undefined;

  /** @param client names who asks: replies come below `mli/replies/<client>/` */
  constructor(link: TopicLink, client: string, topic: string) {
    this.#link = link;
    this.#client = client;
    this.#topic = topic;
  }

  /** @throws InferenceServiceError, InferenceServiceUnreachable */
  async ask(request: InferenceRequest, timeoutMs: number): Promise<InferenceAnswer> {
    const reply = await this.#exchange(request, timeoutMs);
    if (reply.status === 'success')
      return { contentType: reply.contentType ?? '', body: Buffer.from(reply.body ?? '', 'utf8') };
    throw new InferenceServiceError(
      reply.error?.code ?? 'Service.Failed',
      reply.error?.message ?? 'no reason given',
    );
  }

  async close(): Promise<void> {
    const subscription = await this.#subscription?.catch(() => undefined);
    subscription?.close();
    this.#subscription = undefined;
  }

  async #exchange(request: InferenceRequest, timeoutMs: number): Promise<Reply> {
    const { algoType, serviceName, contentType, body } = request;
    const id = randomUUID();
    let timer: NodeJS.Timeout | undefined;
    const answered = new Promise<Reply>((resolve, reject) => {
      this.#waiting.set(id, resolve);
      timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    });
    // It may end before somebody waits for it.
    answered.catch(() => undefined);
    try {
      this.#subscription ??= this.#listen();
      await this.#subscription;
      const document = {
        client: this.#client,
        id,
        algorithm: algoType,
        service: serviceName,
        contentType,
        body: Buffer.from(body).toString('base64'),
      };
      await this.#link.publish(this.#topic, JSON.stringify(document));
      return await answered;
    } catch (cause) {
      const reason = (cause as Error).message;
      throw new InferenceServiceUnreachable(`The inference service cannot be reached: ${reason}`, { cause });
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  async #listen(): Promise<{ close(): void }> {
    try {
      return await this.#link.subscribe(`mli/replies/${this.#client}/+`, ({ payload }) => {
        const reply = JSON.parse(Buffer.from(payload).toString('utf8')) as Reply;
        this.#waiting.get(reply.id)?.(reply);
      });
    } catch (error) {
      // The next question tries again.
      this.#subscription = undefined;
      throw error;
    }
  }
}

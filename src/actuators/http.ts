import { Backoff } from '../backoff.js';
import { isAllowedHost, type ActionOf } from '../config/action.js';
import { EdgeError } from '../errors/index.js';
import { pause } from '../pause.js';
import type { Actuator, ActuatorContext, Occasion } from './index.js';

/** Asks a server on this machine or on the allow-list; a redirect elsewhere is not followed. */
export class HttpActuator implements Actuator {
  readonly summary: string;
  readonly failSafe?: (signal: AbortSignal) => Promise<void>;
  readonly #config: ActionOf<'http'>;
  readonly #context: ActuatorContext;

  constructor(config: ActionOf<'http'>, context: ActuatorContext) {
    const { origin, pathname } = new URL(config.url);
    // A query may hold a key.
    this.summary = `${config.method} ${origin}${pathname}`;
    this.#config = config;
    this.#context = context;
    const { failSafe } = config;
    if (failSafe) this.failSafe = (signal) => this.#ask(failSafe.do, undefined, signal);
  }

  act(occasion: Occasion, signal: AbortSignal): Promise<void> {
    const { rule, label, confidence, id } = occasion;
    const body = this.#config.body ?? { rule, label, confidence, pipeline: this.#context.names.pipeline, id };
    return this.#ask(body, `${id}/${rule}`, signal);
  }

  /** @param key the same for each repetition, so that the server can tell */
  async #ask(body: unknown, key: string | undefined, signal: AbortSignal): Promise<void> {
    const { retries } = this.#config;
    const backoff = new Backoff({ initialMs: 200, maxMs: 5000 });
    for (let attempt = 0; ; attempt++) {
      const failure = await this.#attempt(body, key, signal);
      if (failure === undefined) return;
      if (!failure.again || attempt >= retries || signal.aborted)
        throw new EdgeError('ACTION_FAILED', { action: this.summary, reason: failure.reason });
      await pause(backoff.nextMs(), signal);
    }
  }

  async #attempt(
    body: unknown,
    key: string | undefined,
    signal: AbortSignal,
  ): Promise<{ reason: string; again: boolean } | undefined> {
    const { url, method } = this.#config;
    if (!isAllowedHost(new URL(url), this.#context.allowed.hosts))
      return { reason: 'its host is not in actuators.hosts', again: false };
    try {
      const answer = await fetch(url, {
        method,
        redirect: 'manual',
        signal,
        headers: { 'content-type': 'application/json', ...(key !== undefined && { 'idempotency-key': key }) },
        ...(method !== 'GET' && { body: JSON.stringify(body) }),
      });
      await answer.body?.cancel();
      if (answer.ok) return undefined;
      if (answer.status >= 300 && answer.status < 400)
        return { reason: `the server redirects (${answer.status}), which is not followed`, again: false };
      return {
        reason: `the server answered ${answer.status}`,
        again: answer.status >= 500 || answer.status === 429,
      };
    } catch (error) {
      if (signal.aborted) return { reason: 'there was no answer in time', again: false };
      const { cause, message } = error as Error;
      return { reason: cause instanceof Error ? cause.message : message, again: true };
    }
  }
}

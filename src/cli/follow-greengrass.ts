import { Backoff } from '../backoff.js';
import type { Component } from '../component.js';
import { applyOverrides, parseConfiguration, resolvePaths, type Configuration } from '../config/index.js';
import { describeError, isEdgeError } from '../errors/index.js';
import type { GreengrassClient } from '../greengrass/index.js';
import type { Logger } from '../logger.js';
import { pause } from '../pause.js';
import { installFolder } from './install.js';

/** A deployment changes many keys, and each is an event: the configuration is read once they have settled. */
const settleMs = 200;

/** The configuration in Greengrass, applied at the start and at each change. */
export class GreengrassConfiguration {
  readonly #client: GreengrassClient;
  readonly #component: Component;
  readonly #overrides: readonly string[];
  readonly #logger: Logger;
  /** Set by an event, cleared when the configuration is read: no change is missed, and none is read twice at once. */
  #changed = true;
  #wake: (() => void) | undefined;
  readonly #onAbort = (): void => this.#wake?.();

  constructor(client: GreengrassClient, component: Component, overrides: readonly string[], logger: Logger) {
    this.#client = client;
    this.#component = component;
    this.#overrides = overrides;
    this.#logger = logger;
  }

  /**
   * Works until the signal ends it.
   * @throws EdgeError CONFIG_INVALID at the start, so that the deployment fails and rolls back; later the old configuration stays.
   */
  async follow(signal: AbortSignal): Promise<void> {
    await this.#client.connect();
    // Subscribed before it is read: a change in between is seen.
    await this.#retried(signal, () => this.#client.onConfigurationUpdate(() => this.#notice()));
    await this.#retried(signal, () =>
      this.#client.validateConfiguration((document) => this.#verdict(document)),
    );
    for (let first = true; !signal.aborted; first = false) {
      this.#changed = false;
      const document = await this.#retried(signal, () => this.#client.getConfiguration());
      if (document === undefined) return;
      try {
        this.#component.apply(this.#parse(document));
      } catch (error) {
        if (first) throw error;
        this.#logger.error(
          `The changed configuration is not applied, the one before stays. ${describeError(error)}`,
        );
        this.#component.refuse(error);
      }
      if (first) await this.#sayRunning();
      await this.#change(signal);
    }
  }

  #parse(document: unknown): Configuration {
    return resolvePaths(
      parseConfiguration(applyOverrides(document, this.#overrides), 'in Greengrass'),
      installFolder,
    );
  }

  #verdict(document: unknown): { accept: true } | { accept: false; reason: string } {
    try {
      this.#parse(document);
      return { accept: true };
    } catch (error) {
      this.#component.refuse(error);
      return { accept: false, reason: describeError(error) };
    }
  }

  /** Nucleus lite takes a state only from components that systemd runs. */
  async #sayRunning(): Promise<void> {
    await this.#client
      .updateState('RUNNING')
      .catch((error: unknown) => this.#logger.debug(describeError(error)));
  }

  #notice(): void {
    this.#changed = true;
    this.#wake?.();
  }

  /** Waits for a change, and until it has settled. */
  async #change(signal: AbortSignal): Promise<void> {
    if (!this.#changed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener('abort', this.#onAbort, { once: true });
      });
      signal.removeEventListener('abort', this.#onAbort);
    }
    await pause(settleMs, signal);
  }

  /** Undefined where the signal or the closed client ended it. A nucleus that is just starting may be slow to answer; a component that gives up three times in an hour is BROKEN. */
  async #retried<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T | undefined> {
    const backoff = new Backoff({ initialMs: 1000, maxMs: 30_000 });
    while (!signal.aborted) {
      try {
        return await call();
      } catch (error) {
        if (isEdgeError(error) && error.code === 'IPC_CLOSED') return undefined;
        if (isEdgeError(error) && error.fatal) throw error;
        this.#logger.error(describeError(error));
        await pause(backoff.nextMs(), signal);
      }
    }
    return undefined;
  }
}

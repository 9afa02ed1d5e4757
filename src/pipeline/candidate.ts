import type { SupervisionConfig } from '../config/document.js';
import { PipelineChild } from './child.js';
import type { FromPipeline } from './messages.js';
import type { ModelIdentity, PipelineCounters } from './result.js';
import type { PipelineSpec } from './spec.js';

/** What the supervisor takes over together with the process. */
export interface CandidateEvents {
  /** Once, before the message of the first result: from now on every message and the exit go to the listeners below. */
  onFirstResult(): void;
  onMessage(message: FromPipeline): void;
  onExit(how: string): void;
}

const checkIntervalMs = 250;
/** Loading and proving a large model on a slow device. */
const prepareLimitMs = 120_000;

/** A process that gets ready beside the one at work: loads the new model, proves it, and then has to answer. */
export class Candidate {
  readonly child: PipelineChild;
  readonly #events: CandidateEvents;
  readonly #config: SupervisionConfig;
  #adopted = false;
  #model: ModelIdentity | undefined;
  #counters: PipelineCounters | undefined;
  #failure: string | undefined;
  #wake: (() => void) | undefined;

  constructor(
    spec: PipelineSpec,
    prove: boolean,
    config: SupervisionConfig,
    events: CandidateEvents,
    entry: string,
  ) {
    this.#events = events;
    this.#config = config;
    this.child = new PipelineChild(entry, {
      onMessage: (message) => this.#receive(message),
      onExit: (how) => {
        if (this.#adopted) events.onExit(how);
        else this.#fail(`its process ended: ${how}`);
      },
    });
    this.child.start(spec, { prove, hold: true });
  }

  /** Known once it is prepared. */
  get model(): ModelIdentity | undefined {
    return this.#model;
  }

  /** Waits until the model is loaded and has passed its golden samples. @throws Error with the reason */
  async prepared(signal: AbortSignal): Promise<ModelIdentity> {
    await this.#until(() => this.#model !== undefined, prepareLimitMs, signal, 'it was not ready');
    return this.#model as ModelIdentity;
  }

  /**
   * Opens its source and waits for its first result. A source that itself has faults is no fault of the model, which has been
   * proven: then the candidate takes over at the limit.
   * @throws Error with the reason
   */
  async answered(limitMs: number, signal: AbortSignal): Promise<void> {
    this.child.go();
    try {
      await this.#until(() => this.#adopted, limitMs, signal, 'it gave no result');
    } catch (error) {
      const onlySource = (this.#counters?.sourceFaults ?? 0) > 0 && this.#counters?.inferenceFaults === 0;
      if (this.#failure !== undefined || signal.aborted || !onlySource) throw error;
      this.#adopt();
    }
  }

  #receive(message: FromPipeline): void {
    if (this.#adopted) {
      this.#events.onMessage(message);
      return;
    }
    switch (message.type) {
      case 'ready':
        this.#model = message.model;
        this.#wake?.();
        break;
      case 'failed':
        this.#fail(message.fault.message);
        break;
      case 'ended':
        this.#fail('its source ended before the first result');
        break;
      case 'alive':
        this.#counters = message.counters;
        break;
      case 'result':
        this.#adopt();
        this.#events.onMessage(message);
        break;
      case 'fault':
        break;
    }
  }

  #adopt(): void {
    this.#adopted = true;
    this.#events.onFirstResult();
    this.#wake?.();
  }

  #fail(reason: string): void {
    this.#failure ??= reason;
    this.#wake?.();
  }

  async #until(
    condition: () => boolean,
    limitMs: number,
    signal: AbortSignal,
    otherwise: string,
  ): Promise<void> {
    const end = performance.now() + limitMs;
    while (!condition()) {
      if (this.#failure !== undefined) throw new Error(this.#failure);
      if (signal.aborted) throw new Error('another change came');
      const { silentMs, hasSpoken } = this.child;
      if (hasSpoken && silentMs > this.#config.heartbeatTimeoutSeconds * 1000)
        throw new Error('its process fell silent');
      if (performance.now() > end) throw new Error(`${otherwise} within ${limitMs / 1000} s`);
      await this.#change();
    }
  }

  async #change(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, checkIntervalMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

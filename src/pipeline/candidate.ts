import type { SupervisionConfig } from '../config/document.js';
import { givesFrames } from '../config/source.js';
import { PipelineChild } from './child.js';
import type { Fault, PipelineNews } from './messages.js';
import type { ModelIdentity, PipelineCounters } from './result.js';
import type { PipelineSpec } from './spec.js';
import { Watchdog } from './watchdog.js';

/** What the supervisor takes over together with the process. */
export interface CandidateEvents {
  /** Once, before the message of the first result: from now on every message and the exit go to the listeners below. */
  onFirstResult(): void;
  onMessage(message: PipelineNews): void;
  onExit(how: string): void;
}

const checkIntervalMs = 250;

/** A process that gets ready beside the one at work: loads the new model, proves it, and then has to answer. */
export class Candidate {
  readonly child: PipelineChild;
  readonly #events: CandidateEvents;
  readonly #config: SupervisionConfig;
  readonly #intervalSeconds: number;
  readonly #givesFrames: boolean;
  #adopted = false;
  #model: ModelIdentity | undefined;
  #counters: PipelineCounters | undefined;
  #failure: string | undefined;
  #failedForGood = false;
  #lastFault: Fault | undefined;
  #wake: (() => void) | undefined;

  constructor(
    spec: PipelineSpec,
    prove: boolean,
    config: SupervisionConfig,
    events: CandidateEvents,
    entry: string,
    keepFrames: number,
  ) {
    this.#events = events;
    this.#config = config;
    this.#intervalSeconds = spec.source.intervalSeconds;
    this.#givesFrames = givesFrames(spec.source);
    this.child = new PipelineChild(entry, spec.name, {
      onMessage: (message) => this.#receive(message),
      onExit: (how) => {
        if (this.#adopted) events.onExit(how);
        else this.#fail(`its process ended: ${how}`);
      },
    });
    this.child.start(spec, { prove, hold: true, keepFrames, framesBefore: 0 });
  }

  /** The model itself is at fault: another try would end in the same way. */
  get failedForGood(): boolean {
    return this.#failedForGood;
  }

  /** Known once it is prepared. */
  get model(): ModelIdentity | undefined {
    return this.#model;
  }

  /** Waits until the model is loaded and has passed its golden samples. @throws Error with the reason */
  async prepared(signal: AbortSignal): Promise<ModelIdentity> {
    await this.#until(() => this.#model !== undefined, Infinity, signal);
    return this.#model as ModelIdentity;
  }

  /**
   * Opens its source and waits for its first result. A source that itself has faults is no fault of the model, which has been
   * proven: then the candidate takes over at the limit.
   * @param framesBefore more than the process at work can reach meanwhile
   * @throws Error with the reason
   */
  async answered(limitMs: number, framesBefore: number, signal: AbortSignal): Promise<void> {
    this.child.go(framesBefore);
    if (!this.#givesFrames) {
      this.#adopt();
      return;
    }
    try {
      await this.#until(() => this.#adopted, limitMs, signal);
    } catch (error) {
      const counts = this.#counters;
      const onlySource =
        counts !== undefined &&
        counts.sourceFaults > 0 &&
        counts.inferenceFaults + counts.outputsInvalid === 0;
      if (this.#failure !== undefined || signal.aborted || !onlySource) throw error;
      this.#adopt();
    }
  }

  #receive(message: PipelineNews): void {
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
        this.#fail(said(message.fault));
        this.#failedForGood = /^(GOLDEN|LABELS|MODEL|ARTIFACT)_/.test(message.fault.code);
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
        this.#lastFault = message.fault;
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

  async #until(condition: () => boolean, limitMs: number, signal: AbortSignal): Promise<void> {
    const end = performance.now() + limitMs;
    const watchdog = new Watchdog(this.child);
    while (!condition()) {
      if (this.#failure !== undefined) throw new Error(this.#failure);
      if (signal.aborted) throw new Error('another change came');
      const verdict = watchdog.look(this.#model !== undefined, this.#config, this.#intervalSeconds);
      if (verdict) throw new Error(`${verdict.code}: no answer within ${verdict.seconds} s`);
      if (performance.now() > end) {
        const because = this.#lastFault ? `; the last fault: ${said(this.#lastFault)}` : '';
        throw new Error(`it gave no result within ${limitMs / 1000} s${because}`);
      }
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

const said = ({ code, message }: Fault): string => `${code}: ${message}`;

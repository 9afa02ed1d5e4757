import type { SupervisionConfig } from '../config/document.js';
import { givesFrames } from '../config/source.js';
import type { Fault, PipelineNews, Readiness, StartOptions } from './messages.js';
import type { PipelineProcesses } from './processes.js';
import type { PipelineCounters } from './result.js';
import type { PipelineSeat } from './seat.js';
import type { PipelineSpec } from './spec.js';
import { Watchdog } from './watchdog.js';

/** What the supervisor takes over together with the seat. */
export interface CandidateEvents {
  /** Once, before the news of the first result: from now on all news and the exit go to the listeners below. */
  onFirstResult(): void;
  onNews(news: PipelineNews): void;
  onExit(how: string): void;
}

export interface AnswerOptions {
  readonly limitMs: number;
  /** More than the one at work can reach meanwhile. */
  readonly framesBefore: number;
  /**
   * A source that itself has faults is no fault of the model, which has been proven: then the candidate takes over at the limit.
   * Not so where the one at work had this very source until now.
   */
  readonly forgiveSource: boolean;
}

const checkIntervalMs = 250;

/** A pipeline that gets ready beside the one at work: loads the new model, proves it, and then has to answer. */
export class Candidate {
  readonly seat: PipelineSeat;
  readonly #events: CandidateEvents;
  readonly #config: SupervisionConfig;
  readonly #intervalSeconds: number;
  readonly #givesFrames: boolean;
  #adopted = false;
  #ready: Readiness | undefined;
  #counters: PipelineCounters | undefined;
  #failure: string | undefined;
  #failedForGood = false;
  #lastFault: Fault | undefined;
  #wake: (() => void) | undefined;

  constructor(
    spec: PipelineSpec,
    options: StartOptions,
    config: SupervisionConfig,
    processes: PipelineProcesses,
    events: CandidateEvents,
  ) {
    this.#events = events;
    this.#config = config;
    this.#intervalSeconds = spec.source.intervalSeconds;
    this.#givesFrames = givesFrames(spec.source);
    this.seat = processes.seat(spec, false, {
      onNews: (news) => this.#receive(news),
      onExit: (how) => {
        if (this.#adopted) events.onExit(how);
        else this.#fail(`its process ended: ${how}`);
      },
    });
    this.seat.start(spec, options);
  }

  /** The model itself is at fault: another try would end in the same way. */
  get failedForGood(): boolean {
    return this.#failedForGood;
  }

  /** Known once it is prepared. */
  get readiness(): Readiness | undefined {
    return this.#ready;
  }

  /** Waits until the model is loaded and has passed its golden samples. @throws Error with the reason */
  async prepared(signal: AbortSignal): Promise<Readiness> {
    await this.#until(() => this.#ready !== undefined, Infinity, signal);
    return this.#ready as Readiness;
  }

  /** Opens its source and waits for its first result. @throws Error with the reason */
  async answered(options: AnswerOptions, signal: AbortSignal): Promise<void> {
    this.seat.go(options.framesBefore);
    if (!this.#givesFrames) {
      this.#adopt();
      return;
    }
    try {
      await this.#until(() => this.#adopted, options.limitMs, signal);
    } catch (error) {
      if (this.#failure !== undefined || signal.aborted || !options.forgiveSource || !this.#onlySource)
        throw error;
      this.#adopt();
    }
  }

  get #onlySource(): boolean {
    const counts = this.#counters;
    return (
      counts !== undefined && counts.sourceFaults > 0 && counts.inferenceFaults + counts.outputsInvalid === 0
    );
  }

  #receive(news: PipelineNews): void {
    if (this.#adopted) {
      this.#events.onNews(news);
      return;
    }
    switch (news.type) {
      case 'ready':
        this.#ready = news;
        this.#wake?.();
        break;
      case 'failed':
        this.#fail(said(news.fault));
        this.#failedForGood = isFinal(news.fault);
        break;
      case 'ended':
        this.#fail('its source ended before the first result');
        break;
      case 'counters':
        this.#counters = news.counters;
        break;
      case 'result':
        this.#adopt();
        this.#events.onNews(news);
        break;
      case 'fault':
        this.#lastFault = news.fault;
        break;
      case 'released':
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
    const watchdog = new Watchdog(this.seat);
    while (!condition()) {
      if (this.#failure !== undefined) throw new Error(this.#failure);
      if (signal.aborted) throw new Error('another change came');
      const verdict = watchdog.look(this.#ready !== undefined, this.#config, this.#intervalSeconds);
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

/** A fault of the model itself: another try would end in the same way. */
export const isFinal = ({ code }: Fault): boolean => /^(GOLDEN|LABELS|MODEL|ARTIFACT)_/.test(code);

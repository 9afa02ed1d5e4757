import { performance } from 'node:perf_hooks';
import type { Fault } from './messages.js';

/** What an operator wants to know of a source; part of the status of its pipeline. */
export interface SourceStatus {
  readonly type: string;
  /** opening: no frame yet; open: frames come; failing: the last try ended in a fault, and others follow. */
  readonly state: 'opening' | 'open' | 'failing';
  /** Since the last frame; null where none came yet. By a monotonic clock. */
  readonly lastFrameAgeSeconds: number | null;
  readonly faults: number;
  readonly reopened: number;
  readonly lastFault: Fault | null;
}

/** Keeps an eye on a source. */
export class SourceHealth {
  readonly #type: string;
  #state: SourceStatus['state'] = 'opening';
  #frameAt: number | undefined;
  #faults = 0;
  #lastFault: Fault | null = null;

  constructor(type: string) {
    this.#type = type;
  }

  get faults(): number {
    return this.#faults;
  }

  gaveFrame(): void {
    this.#state = 'open';
    this.#frameAt = performance.now();
  }

  failed(fault: Fault): void {
    this.#state = 'failing';
    this.#faults++;
    this.#lastFault = fault;
  }

  status(reopened: number): SourceStatus {
    const age = this.#frameAt === undefined ? null : (performance.now() - this.#frameAt) / 1000;
    return {
      type: this.#type,
      state: this.#state,
      lastFrameAgeSeconds: age === null ? null : Number(age.toFixed(1)),
      faults: this.#faults,
      reopened,
      lastFault: this.#lastFault,
    };
  }
}

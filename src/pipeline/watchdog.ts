import { performance } from 'node:perf_hooks';
import type { SupervisionConfig } from '../config/document.js';
import type { PipelineSeat } from './seat.js';

/** What is wrong with a pipeline or its process, and which limit it broke. */
export interface Verdict {
  readonly code: 'PROCESS_SILENT' | 'PROCESS_HUNG';
  readonly seconds: number;
}

/** Until the first sign of life, on a slow device. */
const startLimitSeconds = 20;
/** Loading and proving a large model on a slow device. */
const prepareLimitSeconds = 120;
/** A check that comes this much later than the one before was kept back together with the messages that it would miss. */
const lateMs = 1500;

/** Judges from outside whether a pipeline process is alive and its inference goes on. To be asked several times a second. */
export class Watchdog {
  readonly #seat: PipelineSeat;
  #lookedAt = performance.now();

  constructor(seat: PipelineSeat) {
    this.#seat = seat;
  }

  /**
   * @param ready whether the process has loaded and proven its model
   * @param intervalSeconds of its source
   */
  look(ready: boolean, config: SupervisionConfig, intervalSeconds: number): Verdict | undefined {
    const now = performance.now();
    const late = now - this.#lookedAt > lateMs;
    this.#lookedAt = now;
    // We ourselves were stopped or starved: what the process said meanwhile is still to be read.
    if (late) return undefined;
    const { hasSpoken, silentMs, busyMs, startedAt } = this.#seat;
    const silence = hasSpoken ? config.heartbeatTimeoutSeconds : startLimitSeconds;
    if (silentMs > silence * 1000) return { code: 'PROCESS_SILENT', seconds: silence };
    const inference = Math.max(config.inferenceTimeoutSeconds, 10 * Math.min(intervalSeconds, 6));
    if (busyMs > inference * 1000) return { code: 'PROCESS_HUNG', seconds: inference };
    if (!ready && now - startedAt > prepareLimitSeconds * 1000)
      return { code: 'PROCESS_HUNG', seconds: prepareLimitSeconds };
    return undefined;
  }
}

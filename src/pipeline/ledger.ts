import type { Fault } from './messages.js';
import { sum, type ModelIdentity, type PipelineCounters, type PipelineResult } from './result.js';
import type { SourceStatus } from './source-health.js';

export type PipelineState = 'stopped' | 'starting' | 'running' | 'waiting' | 'ended';

/** What an operator wants to know of a pipeline. */
export interface PipelineStatus {
  readonly state: PipelineState;
  readonly pid: number | undefined;
  readonly restarts: number;
  readonly lastFault: Fault | undefined;
  readonly model: ModelIdentity | undefined;
  /** What its source does; undefined while no process has opened it. */
  readonly source?: SourceStatus | undefined;
  /** Since the component started, over all processes of this pipeline. */
  readonly counters: Readonly<Partial<PipelineCounters>>;
}

/** Before there has been a process. */
export const idle: PipelineStatus = {
  state: 'stopped',
  pid: undefined,
  restarts: 0,
  lastFault: undefined,
  model: undefined,
  counters: {},
};

/** So many frames of a process that died may never have been heard of. */
const unheardFrames = 100;

/** What is remembered of a pipeline over all the processes that it has had. */
export class PipelineLedger {
  restarts = 0;
  lastFault: Fault | undefined;
  model: ModelIdentity | undefined;
  /** Of the process at work. */
  current: Partial<PipelineCounters> = {};
  #earlier: Partial<PipelineCounters> = {};
  #lastFrame = 0;

  get counters(): Partial<PipelineCounters> {
    return sum(this.#earlier, this.current);
  }

  /** The process at work is another one from now on, which counts from 0. */
  turnPage(): void {
    this.#earlier = this.counters;
    this.current = {};
  }

  dropReading(): void {
    this.#earlier = sum(this.#earlier, { readingsDropped: 1 });
  }

  enter({ frame }: PipelineResult): void {
    this.#lastFrame = Math.max(this.#lastFrame, frame.id);
  }

  /** Beyond every frame that the process at work can have reached, `seconds` from now: ids of frames never come twice. */
  framesBefore(seconds: number, intervalSeconds: number): number {
    if (this.#lastFrame === 0) return 0;
    return this.#lastFrame + unheardFrames + Math.ceil(seconds / Math.max(0.001, intervalSeconds));
  }
}

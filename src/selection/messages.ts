import type { EngineInfo, EngineRequest } from '../engines/index.js';
import type { GoldenDifference } from '../pipeline/golden-difference.js';
import type { OpenModelSpec } from '../pipeline/load-model.js';
import type { Fault } from '../pipeline/messages.js';

/** What a probe loads: a target of a package, named in `model.target`, or an artifact that has no manifest. */
export type ProbeJob =
  | { readonly type: 'package'; readonly spec: OpenModelSpec; readonly prove: boolean }
  | { readonly type: 'artifact'; readonly request: EngineRequest };

/** What it found. */
export interface ProbeReport {
  readonly engine: EngineInfo;
  /** From the first byte read to the model ready. */
  readonly loadMs: number;
  /** One a golden sample; empty where none is there or asked for. */
  readonly golden: readonly GoldenDifference[];
}

export type ToProbe =
  { readonly type: 'load'; readonly job: ProbeJob } | { readonly type: 'run'; readonly count: number };

export type FromProbe =
  | { readonly type: 'loaded'; readonly report: ProbeReport }
  /** Milliseconds of each run. */
  | { readonly type: 'ran'; readonly runsMs: readonly number[] }
  | { readonly type: 'failed'; readonly fault: Fault };

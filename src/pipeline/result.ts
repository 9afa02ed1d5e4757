import type { SensorCounters } from '../samples.js';
import type { Prediction } from '../types.js';

/** Which model gave a result. */
export interface ModelIdentity {
  readonly name: string;
  readonly version: string;
  /** SHA-256 of its manifest. */
  readonly digest: string;
  readonly runtime: 'dlr' | 'onnx';
  /** Name of the target in the package, such as dlr-x64-avx2. */
  readonly target: string;
}

/** Milliseconds that each stage of one frame took. */
export interface Timings {
  readonly capture: number;
  readonly preprocess: number;
  readonly infer: number;
  readonly decode: number;
}

interface FrameIdentity {
  readonly id: number;
  /** ISO 8601, UTC */
  readonly capturedAt: string;
  readonly name?: string;
}

/** A picture, in pixels. */
export interface ResultPicture extends FrameIdentity {
  readonly width: number;
  readonly height: number;
}

/** A window of samples; its times are ISO 8601, UTC, of the oldest and the newest sample. */
export interface ResultWindow extends FrameIdentity {
  readonly from: string;
  readonly to: string;
  readonly samples: number;
  readonly channels: readonly string[];
  /** Newest value of each channel. */
  readonly last: readonly number[];
  /** Values that were missing and filled in. */
  readonly filled: number;
}

export type ResultFrame = ResultPicture | ResultWindow;

/** What a pipeline says of one frame, before rules and publishing. */
export interface PipelineResult {
  readonly model: ModelIdentity;
  readonly frame: ResultFrame;
  /** Best first. */
  readonly predictions: readonly Prediction[];
  readonly timingsMs: Timings;
}

/** Every frame or tick that gave no result has its counter here. */
export interface PipelineCounters extends Partial<SensorCounters> {
  captured: number;
  inferred: number;
  /** Ticks that passed while the frame before was still at work. */
  ticksMissed: number;
  framesSuperseded: number;
  picturesUnreadable: number;
  /** Frames on which nothing moved. */
  framesStill: number;
  sourceFaults: number;
  sourceReopened: number;
  inferenceFaults: number;
  outputsInvalid: number;
  /** Targets of models that were tried and found wrong; counted where they are tried, in the component. */
  targetsPassedOver?: number;
}

/** Counters of what was given up: frames, ticks, readings. */
const losses = [
  'ticksMissed',
  'framesSuperseded',
  'picturesUnreadable',
  'sourceFaults',
  'inferenceFaults',
  'outputsInvalid',
  'readingsInvalid',
  'readingsDropped',
  'readingsCut',
  'windowsDropped',
] as const satisfies readonly (keyof PipelineCounters)[];

export const lost = (counters: Readonly<Partial<PipelineCounters>>): number =>
  losses.reduce((sum, name) => sum + (counters[name] ?? 0), 0);

/** Counters of two processes of one pipeline, added. */
export function sum(a: Partial<PipelineCounters>, b: Partial<PipelineCounters>): Partial<PipelineCounters> {
  const total: Partial<PipelineCounters> = { ...a };
  for (const [key, value] of Object.entries(b) as [keyof PipelineCounters, number][]) {
    total[key] = (total[key] ?? 0) + value;
  }
  return total;
}

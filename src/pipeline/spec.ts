import type { DlrConfig, PipelineConfig } from '../config/document.js';
import type { DetectConfig } from '../config/detect.js';
import type { MotionConfig } from '../config/motion.js';
import type { PreprocessConfig } from '../config/preprocess.js';
import { exclusiveDevice, type SourceConfig } from '../config/source.js';
import type { PackageRequest } from '../models/index.js';

/** The configuration of DLR, and the library that another component of the device brings. */
export type DlrSpec = DlrConfig & { readonly storedLibrary?: string };

/** Everything that a pipeline process needs to know: plain data, sent to it when it starts. */
export interface PipelineSpec {
  readonly name: string;
  readonly source: SourceConfig;
  readonly preprocess: PreprocessConfig;
  readonly detect?: DetectConfig;
  readonly motion?: MotionConfig | null;
  /** Text of the secret that the source signs in with. */
  readonly secret?: string;
  readonly model: PackageRequest;
  readonly dlr: DlrSpec;
  /** Whether pipelines of the same model may be in its process. */
  readonly process: 'shared' | 'own';
  /** Names what only one process can hold, where the source needs such a thing. */
  readonly exclusive?: string | undefined;
}

/** @param model where the model of the pipeline is on this device */
export function specOf(
  name: string,
  pipeline: PipelineConfig,
  model: PackageRequest,
  dlr: DlrConfig,
  secret?: string,
): PipelineSpec {
  const { source, preprocess, detect, motion, process } = pipeline;
  const exclusive = exclusiveDevice(source);
  const known = secret === undefined ? {} : { secret };
  return { name, source, preprocess, detect, motion, model, dlr, process, exclusive, ...known };
}

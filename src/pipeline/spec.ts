import type { Configuration, DlrConfig } from '../config/document.js';
import type { PreprocessConfig } from '../config/preprocess.js';
import type { SourceConfig } from '../config/source.js';
import type { PackageRequest } from '../models/index.js';

/** Everything that a pipeline process needs to know: plain data, sent to it when it starts. */
export interface PipelineSpec {
  readonly name: string;
  readonly source: SourceConfig;
  readonly preprocess: PreprocessConfig;
  readonly model: PackageRequest;
  readonly dlr: DlrConfig;
}

/** @param name of a pipeline in the configuration, which has been checked */
export function specOf(configuration: Configuration, name: string): PipelineSpec {
  const pipeline = configuration.pipelines[name];
  const model = pipeline && configuration.models[pipeline.model];
  if (!model) throw new Error(`The configuration has no pipeline ${name} with a model`);
  return {
    name,
    source: pipeline.source,
    preprocess: pipeline.preprocess,
    model: {
      folder: model.source.path,
      sha256: model.source.sha256,
      allowUnpinned: model.allowUnpinned,
      target: model.target,
    },
    dlr: configuration.dlr,
  };
}

import type { DetectConfig } from '../config/detect.js';
import type { PreprocessConfig } from '../config/preprocess.js';
import { createDecoder, type Decoder } from '../decode/index.js';
import { loadEngine, type EngineInfo } from '../engines/index.js';
import { EdgeError } from '../errors/index.js';
import { inputSize, openPackage, type ModelPackage, type PackageRequest } from '../models/index.js';
import { createPreprocessor } from '../preprocess/index.js';
import type { ModelStages } from './frame-inference.js';
import type { DlrSpec } from './spec.js';

export interface ModelSpec {
  readonly model: PackageRequest;
  readonly dlr: DlrSpec;
  readonly preprocess: PreprocessConfig;
  /** Default: as the manifest says, everywhere. */
  readonly detect?: DetectConfig;
}

/** The stages of a model and the size in pixels that its input has. */
export interface LoadedModel {
  readonly package: ModelPackage;
  readonly stages: ModelStages;
  readonly width: number;
  readonly height: number;
}

/**
 * Proves the model package, loads its target, and checks that the artifact is what the manifest says.
 * @throws EdgeError of models and engines; nothing stays open then.
 */
export async function loadModel(spec: ModelSpec): Promise<LoadedModel> {
  const model = await openPackage(spec.model);
  const { manifest, target } = model;
  const { width, height } = inputSize(manifest.input);
  // A library that came with the model is pinned by its manifest.
  const sha256 = spec.dlr.sha256 ?? target.files['libdlr.so'];
  const engine = await loadEngine({ runtime: 'dlr', artifact: model.artifact, dlr: { ...spec.dlr, sha256 } });
  let decoder: Decoder;
  try {
    const context = { model: manifest.name, labels: model.labels, input: { width, height } };
    decoder = createDecoder(manifest.decoder, context, spec.detect);
    checkInput(model, engine.info);
    decoder.check(engine.info.outputs);
  } catch (error) {
    await engine.dispose();
    throw error;
  }
  const { name, version } = manifest;
  const stages: ModelStages = {
    model: { name, version, digest: model.digest, runtime: target.runtime, target: target.name },
    preprocessor: createPreprocessor({ width, height, resize: manifest.input.resize }, spec.preprocess),
    engine,
    normalization: manifest.input,
    decoder,
  };
  return { package: model, stages, width, height };
}

/** The manifest and the artifact were made apart: what they say of the input must agree. */
function checkInput({ manifest }: ModelPackage, info: EngineInfo): void {
  const model = manifest.name;
  const { name, shape, dtype } = manifest.input;
  const input = info.inputs.find((candidate) => candidate.name === name);
  const sameShape =
    input?.shape.length === shape.length &&
    input.shape.every((size, axis) => size === -1 || size === shape[axis]);
  if (!sameShape || input.dtype !== dtype) {
    const expected = `${name} ${dtype}[${shape.join(', ')}]`;
    const actual = info.inputs
      .map((one) => `${one.name} ${one.dtype}[${one.shape.join(', ')}]`)
      .join(' and ');
    throw new EdgeError('MODEL_INPUT_MISMATCH', { model, expected, actual });
  }
}

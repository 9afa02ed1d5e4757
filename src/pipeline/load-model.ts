import type { DetectConfig } from '../config/detect.js';
import type { PreprocessConfig } from '../config/preprocess.js';
import { createDecoder, labelsOf } from '../decode/index.js';
import { loadEngine, type Engine, type EngineInfo } from '../engines/index.js';
import { EdgeError, isEdgeError } from '../errors/index.js';
import {
  inputSize,
  pictureTarget,
  noTarget,
  openTarget,
  readPackage,
  sortTargets,
  thisMachine,
  type ModelPackage,
  type ModelTarget,
  type PackageContents,
  type PackageRequest,
  type PassedOver,
} from '../models/index.js';
import { createPreprocessor, createSamplePreprocessor } from '../preprocess/index.js';
import { constantsOf, constantTensors } from './constants.js';
import type { ModelStages } from './frame-inference.js';
import { proveGolden } from './golden.js';
import type { DlrSpec } from './spec.js';

/** Which model, and what runs it: pipelines that agree in it can share one. */
export interface OpenModelSpec {
  readonly model: PackageRequest;
  readonly dlr: DlrSpec;
}

/** What a pipeline adds to the model. */
export interface StagesSpec {
  readonly preprocess: PreprocessConfig;
  /** Default: as the manifest says, everywhere. */
  readonly detect?: DetectConfig;
}

export type ModelSpec = OpenModelSpec & StagesSpec;

/** A model that is loaded, and the size in pixels that its input has; 0 x 0 where it takes no pictures. */
export interface OpenModel {
  readonly package: ModelPackage;
  readonly engine: Engine;
  readonly width: number;
  readonly height: number;
  /** Targets that come before it and are no good here. */
  readonly passedOver: readonly PassedOver[];
}

/** The same with the stages of one pipeline. */
export interface LoadedModel extends OpenModel {
  readonly stages: ModelStages;
}

/**
 * Proves the model package, loads its target, and checks that the artifact is what the manifest says.
 * @throws EdgeError of models and engines; nothing stays open then.
 */
export async function loadModel(spec: ModelSpec): Promise<LoadedModel> {
  const open = await openModel(spec);
  try {
    return { ...open, stages: stagesOf(open, spec) };
  } catch (error) {
    await open.engine.dispose();
    throw error;
  }
}

/**
 * The part of it that several pipelines can share: the preferred target, else the best that is right of those that fit. One that
 * takes the place of another has to pass the golden samples in any case.
 * @param prove whether the preferred one has to, too
 * @throws as loadModel does, and as proveGolden; EdgeError MODEL_NO_TARGET where several fail, each in its own way
 */
export async function openModel(spec: OpenModelSpec, prove = false): Promise<OpenModel> {
  const { runtime, target: name, preferred } = spec.model;
  const contents = await readPackage(spec.model);
  const { fitting, unfit } = sortTargets(contents.manifest.targets, thisMachine(), { runtime, name });
  fitting.sort((a, b) => Number(b.name === preferred) - Number(a.name === preferred));
  const failures: unknown[] = [];
  // Another machine, or a CPU that shows less of itself than when it was found best.
  const passedOver = unfit.filter(({ target }) => target === preferred);
  for (const target of fitting) {
    try {
      const open = { ...(await load(contents, target, spec.dlr)), passedOver };
      if (prove || passedOver.length > 0) await proveOrDispose(open);
      return open;
    } catch (error) {
      // A package that is not what its manifest says is refused as a whole.
      if (isEdgeError(error) && /^MODEL_(FILE|DIGEST)_/.test(error.code)) throw error;
      failures.push(error);
      const code = isEdgeError(error) ? error.code : 'UNEXPECTED';
      passedOver.push({ target: target.name, reason: (error as Error).message, code });
    }
  }
  const codes = new Set(passedOver.map(({ code }) => code));
  if (codes.size === 1 && failures.length > 0) throw failures[0];
  const others = unfit.filter(({ target }) => target !== preferred);
  return noTarget(contents.manifest.name, [...others, ...passedOver], failures[0]);
}

async function proveOrDispose(open: OpenModel): Promise<void> {
  try {
    stagesOf(open, { preprocess: {} });
    await proveGolden(open.package, open.engine);
  } catch (error) {
    await open.engine.dispose();
    throw error;
  }
}

async function load(
  contents: PackageContents,
  target: ModelTarget,
  dlr: DlrSpec,
): Promise<Omit<OpenModel, 'passedOver'>> {
  const model = await openTarget(contents, target);
  const { runtime, files, minRuntimeVersion: minVersion } = target;
  // A library that came with the model is pinned by its manifest.
  const sha256 = dlr.sha256 ?? files['libdlr.so'];
  const engine = await loadEngine({ runtime, artifact: model.artifact, minVersion, dlr: { ...dlr, sha256 } });
  try {
    checkInput(model, engine.info);
  } catch (error) {
    await engine.dispose();
    throw error;
  }
  return { package: model, engine, ...inputSize(contents.manifest.input) };
}

/** The stages of one pipeline on a model; decoders may remember frames, so each pipeline has its own. */
export function stagesOf(open: OpenModel, { preprocess, detect }: StagesSpec): ModelStages {
  const { engine, width, height } = open;
  const { manifest, target, digest, labels } = open.package;
  const { name, version, task } = manifest;
  const context = { model: name, labels, input: { width, height } };
  const decoder = createDecoder(manifest.decoder, context, detect);
  decoder.check(engine.info.outputs);
  const { input } = manifest;
  return {
    model: { name, version, digest, runtime: target.runtime, target: target.name },
    task,
    preprocessor:
      input.kind === 'picture'
        ? createPreprocessor(pictureTarget(input), preprocess, 'engine')
        : createSamplePreprocessor(input, constantTensors(manifest)),
    engine,
    normalization: input.kind === 'picture' ? input : undefined,
    constants: constantsOf(manifest),
    decoder,
    labels: labelsOf(manifest.decoder, labels),
  };
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

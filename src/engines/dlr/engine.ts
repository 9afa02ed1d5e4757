import { EdgeError } from '../../errors/index.js';
import type { EngineInfo } from '../index.js';
import { loadBinding, type Binding } from '../native/binding.js';
import { NativeEngine } from '../native/engine.js';
import { toEdgeError } from '../native/native-error.js';
import { inspectArtifact, type Artifact } from './artifact.js';
import { requireVersion } from '../runtime-version.js';
import { findLibrary, knownRelease } from './library.js';
import { withLoadFolder } from './load-folder.js';

export interface DlrEngineOptions {
  /** Folder of the compiled model. */
  readonly artifact: string;
  /** Path of libdlr.so. @default MLI_LIBDLR, else beside the model, else where the set-up puts it */
  readonly library?: string | undefined;
  /** A library that another component of the device brings; tried after the one beside the model. */
  readonly storedLibrary?: string | undefined;
  /** SHA-256 of the library, where it is none of the known releases. */
  readonly sha256?: string | undefined;
  /** Threads of one run. One is often fastest on small machines: measure. @default 1 */
  readonly threads?: number | undefined;
  /** Version of DLR that the model needs at least: `1.6.0`. */
  readonly minVersion?: string | undefined;
  /** What the model was compiled for. @default 'cpu' */
  readonly device?: keyof typeof deviceTypes | undefined;
}

/** DLPack's device types. */
const deviceTypes = { cpu: 1, gpu: 2, opencl: 4 } as const;

/**
 * Loads a compiled model in the Neo DLR runtime.
 * @param binding the addon; tests give their own
 * @throws EdgeError ARTIFACT_*, LIBDLR_*, MODEL_RUNTIME_TOO_OLD, MODEL_LOAD_FAILED, MODEL_UNSUPPORTED, ADDON_NOT_FOUND
 */
export async function loadDlr(options: DlrEngineOptions, binding?: Binding): Promise<NativeEngine> {
  const artifact = await inspectArtifact(options.artifact);
  const library = await findLibrary(options);
  const addon = binding ?? loadBinding();
  const { artifact: path, minVersion } = options;
  // Old releases do not say their version, but their digest does.
  if (minVersion !== undefined)
    requireVersion({ path, minVersion, runtime: 'dlr', library }, addon, await knownRelease(library));
  const native = await withLoadFolder(artifact, (path) =>
    addon.Model.load({
      runtime: 'dlr',
      library,
      path,
      deviceType: deviceTypes[options.device ?? 'cpu'],
      deviceId: 0,
      threads: options.threads ?? 1,
    }),
  ).catch((error: unknown) => {
    throw toEdgeError(error, artifact.folder);
  });
  const engine = new NativeEngine(native, 'dlr', artifact.folder);
  try {
    checkInputs(artifact, engine.info);
  } catch (error) {
    await engine.dispose();
    throw error;
  }
  return engine;
}

/**
 * DLR up to 1.6 looks up the shape and type of its n-th input as the n-th argument of the graph, which may be a weight. The
 * graph knows better, and a run with a wrong type would read beyond the caller's memory.
 */
function checkInputs(artifact: Artifact, info: EngineInfo): void {
  for (const declared of artifact.inputs ?? []) {
    const reported = info.inputs.find(({ name }) => name === declared.name);
    const [expected, actual] = [declared, reported].map(
      (tensor) => tensor && `${tensor.dtype} [${tensor.shape.join(', ')}]`,
    );
    if (expected === actual) continue;
    const text = `the graph declares the input "${declared.name}" as ${expected ?? ''}, DLR reports ${actual ?? 'no such input'}`;
    throw new EdgeError('MODEL_LOAD_FAILED', { path: artifact.folder, text });
  }
}

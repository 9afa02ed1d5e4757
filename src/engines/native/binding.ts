import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { EdgeError } from '../../errors/index.js';
import type { Tensor, TensorInfo } from '../../types.js';
import type { EngineInput } from '../index.js';

/** What the C++ addon exports (native/addon.cc). Its errors have a `code` and `details`; see native-error.ts. */
export interface Binding {
  readonly Model: { load(options: NativeLoadOptions): Promise<NativeModel> };
  /**
   * Version of a runtime's library, such as `1.6.0`; `unknown` where it does not say. Opens it, as its first model would.
   * @throws as Model.load does
   */
  runtimeVersion(library: Pick<NativeLoadOptions, 'runtime' | 'library'>): string;
  /** Waits for what is in flight and deletes all models. For the end of the process: nothing can be loaded afterwards. */
  shutdown(): void;
}

export interface NativeLoadOptions {
  readonly runtime: 'dlr' | 'onnx';
  /** libdlr.so or libonnxruntime.so.1 */
  readonly library: string;
  /** Folder of the compiled model, or the .onnx file. */
  readonly path: string;
  /** DLPack's device type: 1 CPU, 2 CUDA, 4 OpenCL. */
  readonly deviceType: number;
  readonly deviceId: number;
  readonly threads: number;
}

export interface NativeMetadata {
  readonly inputs: TensorInfo[];
  readonly outputs: TensorInfo[];
  readonly backend: string;
  readonly libraryVersion: string;
  readonly threads: number;
  /** Number of weight tensors; 0 where the back end does not say. */
  readonly weights: number;
  /** True where the runtime reads inputs where they are instead of in a copy of its own. */
  readonly zeroCopy: boolean;
}

export type ModelState = 'idle' | 'running' | 'disposing' | 'disposed';

/** What the model's thread took for a run, in ms. */
export interface RunTimes {
  /** Inputs, the runtime's own run, outputs. */
  readonly all: number;
  /** The runtime's own run. */
  readonly model: number;
}

export interface NativeModel {
  getState(): ModelState;
  /** Of the run that was settled last; 0 before the first. */
  getLastRunMs(): RunTimes;
  readonly metadata: NativeMetadata;
  /** Runs are performed in the order of the calls, on a thread of the model's own. */
  run(input: EngineInput): Promise<Tensor[]>;
  /** After the runs that were asked for; the same promise each time. */
  dispose(): Promise<void>;
}

const require = createRequire(import.meta.url);
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

/** MLI_ADDON names another build; else a checkout has built it, and the component's archive brings it. */
export function bindingPaths(folder: string = root, env: NodeJS.ProcessEnv = process.env): string[] {
  if (env['MLI_ADDON']) return [path.resolve(env['MLI_ADDON'])];
  return [
    path.join(folder, 'build/Release/mli_dlr.node'),
    path.join(folder, `prebuilds/linux-${process.arch}/mli_dlr.node`),
  ];
}

let loaded: Binding | undefined;

/**
 * Loads the addon, once a process.
 * @throws EdgeError ADDON_NOT_FOUND with the reason for each path that was tried.
 */
export function loadBinding(paths?: readonly string[]): Binding {
  if (loaded && !paths) return loaded;
  const tried: { path: string; reason: string }[] = [];
  for (const file of paths ?? bindingPaths()) {
    try {
      const binding = require(file) as Binding;
      // process.exit() runs the C library's exit handlers, libdlr's among them, without ending the environment first.
      process.once('exit', () => binding.shutdown());
      return (loaded = binding);
    } catch (error) {
      tried.push({ path: file, reason: firstLine(error) });
    }
  }
  throw new EdgeError('ADDON_NOT_FOUND', { tried, platform: `linux-${process.arch}` });
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0] ?? text;
}

import { readdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { EdgeError } from '../errors/index.js';
import { loadBinding, type Binding } from './native/binding.js';
import { NativeEngine } from './native/engine.js';
import { toEdgeError } from './native/native-error.js';
import { requireVersion } from './runtime-version.js';

export interface OnnxEngineOptions {
  /** An .onnx file, or a folder with one. */
  readonly artifact: string;
  /** Threads of one run; those that wait do not spin. @default 1 */
  readonly threads?: number | undefined;
  /** Version of ONNX Runtime that the model needs at least: `1.18.0`. */
  readonly minVersion?: string | undefined;
  /** Path of libonnxruntime.so.1. @default the one in the package onnxruntime-node */
  readonly library?: string | undefined;
}

const require = createRequire(import.meta.url);

/**
 * Loads an ONNX model in ONNX Runtime, through our own addon: the library comes from the package onnxruntime-node, but not
 * its binding, which runs models on the event loop.
 * @param binding the addon; tests give their own
 * @throws EdgeError ONNXRUNTIME_NOT_FOUND, ONNXRUNTIME_UNLOADABLE, ARTIFACT_*, MODEL_RUNTIME_TOO_OLD, MODEL_LOAD_FAILED,
 *   MODEL_UNSUPPORTED, MODEL_OPERATOR_UNSUPPORTED, MODEL_DATA_MISSING, ADDON_NOT_FOUND
 */
export async function loadOnnx(options: OnnxEngineOptions, binding?: Binding): Promise<NativeEngine> {
  const file = await findModel(path.resolve(options.artifact));
  const library = options.library ?? findRuntime();
  const addon = binding ?? loadBinding();
  const { minVersion } = options;
  if (minVersion !== undefined) requireVersion({ path: file, minVersion, runtime: 'onnx', library }, addon);
  const load = {
    runtime: 'onnx',
    library,
    path: file,
    deviceType: 1,
    deviceId: 0,
    threads: options.threads ?? 1,
  } as const;
  const native = await addon.Model.load(load).catch((error: unknown) => {
    throw explained(toEdgeError(error, file), file);
  });
  return new NativeEngine(native, 'onnx', file);
}

function findRuntime(): string {
  let manifest: string;
  try {
    manifest = require.resolve('onnxruntime-node/package.json');
  } catch (cause) {
    throw new EdgeError(
      'ONNXRUNTIME_NOT_FOUND',
      { reason: 'the package onnxruntime-node is not installed' },
      { cause },
    );
  }
  return path.join(path.dirname(manifest), `bin/napi-v6/linux/${process.arch}/libonnxruntime.so.1`);
}

async function findModel(artifact: string): Promise<string> {
  const info = await stat(artifact).catch((cause: unknown) => {
    throw new EdgeError(
      'ARTIFACT_NOT_FOUND',
      { path: artifact, reason: 'there is nothing at this path' },
      { cause },
    );
  });
  if (!info.isDirectory()) return artifact;
  const files = (await readdir(artifact)).filter((name) => name.endsWith('.onnx')).sort();
  const [file, ...more] = files;
  if (file === undefined)
    throw new EdgeError('ARTIFACT_INCOMPLETE', { path: artifact, backend: 'onnx', extension: '.onnx' });
  if (more.length > 0)
    throw new EdgeError('ARTIFACT_AMBIGUOUS', { path: artifact, extension: '.onnx', files });
  return path.join(artifact, file);
}

/** What ONNX Runtime says, without the place in its source, and with a code of its own where a user can do something about it. */
function explained(error: unknown, file: string): unknown {
  if (!(error instanceof EdgeError) || error.code !== 'MODEL_LOAD_FAILED') return error;
  const text = (error.details as { text: string }).text
    .replace(`Load model from ${file} failed:`, '')
    .replace(/\/\S+\.cc:\d+ onnxruntime::.*?\)(?= [A-Z])/gs, '')
    .trim()
    .replace(/\.$/, '');
  const options = { cause: error.cause };
  const data = /External data path does not exist: "([^"]+)"/.exec(text)?.[1];
  if (data !== undefined) return new EdgeError('MODEL_DATA_MISSING', { path: file, file: data }, options);
  const operator =
    /([\w.]+:\w+)\(-?\d+\) is not a registered/.exec(text) ?? /an implementation for (\w+\(\d+\))/.exec(text);
  if (operator?.[1] !== undefined)
    return new EdgeError('MODEL_OPERATOR_UNSUPPORTED', { path: file, operator: operator[1], text }, options);
  return new EdgeError('MODEL_LOAD_FAILED', { path: file, text }, options);
}

import type { DlrEngineOptions } from './dlr/engine.js';
import { usableThreads } from './threads.js';
import type { InputPicture, Normalization, Tensor, TensorInfo } from '../types.js';

/** What a loaded model says of itself. */
export interface EngineInfo {
  readonly runtime: 'dlr' | 'onnx';
  /** The back end that runs it, as the runtime names it: `tvm`, `treelite`, … */
  readonly backend: string;
  /** Version of the runtime library. */
  readonly runtimeVersion: string;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly threads: number;
}

/**
 * Either ready tensors by input name, or one 8-bit picture that the engine converts straight into its input tensor; a model of
 * several inputs is told which is the picture's, and takes the others as tensors.
 */
export type EngineInput =
  | { readonly tensors: Readonly<Record<string, Tensor>> }
  | {
      readonly picture: InputPicture;
      readonly normalization: Normalization;
      readonly pictureInput?: string;
      readonly tensors?: Readonly<Record<string, Tensor>>;
    };

/** A model that is loaded and ready. One run at a time; outputs are owned by the caller. */
export interface Engine {
  readonly info: EngineInfo;
  /**
   * Runs the model once, off the event loop.
   * @returns the outputs in the model's order.
   * @throws EdgeError INPUT_INVALID for a tensor of the wrong name, type or length; RUN_FAILED with the runtime's own text.
   */
  run(input: EngineInput): Promise<Tensor[]>;
  /** Waits for the run in flight, then frees the model. Idempotent. */
  dispose(): Promise<void>;
}

/** Which model to load, in which runtime. */
export interface EngineRequest {
  readonly runtime: 'dlr' | 'onnx';
  /** The model as the runtime wants it: for DLR a folder, for ONNX Runtime an .onnx file or a folder with one. */
  readonly artifact: string;
  /** Version of the runtime that the model needs at least. */
  readonly minVersion?: string | undefined;
  /** The threads of one run are those of both runtimes; no more than there are usable cores. */
  readonly dlr: Omit<DlrEngineOptions, 'artifact'>;
}

/**
 * The code of a runtime is loaded with its first model.
 * @throws EdgeError of the runtime; nothing stays open then.
 */
export async function loadEngine({ runtime, artifact, minVersion, dlr }: EngineRequest): Promise<Engine> {
  const threads = usableThreads(dlr.threads ?? 1);
  if (runtime === 'onnx') {
    const { loadOnnx } = await import('./onnx.js');
    return loadOnnx({ artifact, minVersion, threads });
  }
  const { loadDlr } = await import('./dlr/engine.js');
  return loadDlr({ ...dlr, artifact, minVersion, threads });
}

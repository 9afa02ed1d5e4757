import path from 'node:path';
import { z } from 'zod';
import { userCache } from '../../user-cache.js';
import type { Draft } from '../draft.js';
import { frameworks } from '../framework.js';
import { prepareEnvironment } from '../python/environment.js';
import { runProgram } from '../python/program.js';
import type { StepOptions } from '../steps.js';

export interface Making {
  readonly name: string;
  /** The ONNX file, for a model that no registry has. */
  readonly from: string | undefined;
  /** Folder of what is made on the way; it is there. */
  readonly work: string;
  readonly options: StepOptions;
}

/** Brings what a model is made from, as ONNX, and what has to be said of it. @throws EdgeError GET_*, COMPILE_* */
export type ModelMaker = (
  making: Making,
) => Promise<{ readonly model: string; readonly draft: Omit<Draft, 'name'> }>;

/** The interpreter that brings files and writes ONNX. */
export const writerPython = (options: StepOptions): Promise<string> =>
  prepareEnvironment(frameworks.onnx.environment, options);

/** What one of the programs makes a model from; `framework` and `model` are for messages. */
export interface Writing {
  readonly program: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly framework: string;
  readonly model: string;
}

/** @returns the ONNX file that the program wrote */
export async function writeOnnx(
  { program, request, framework, model }: Writing,
  { name, work, options }: Making,
): Promise<string> {
  const out = path.join(work, `${name}.onnx`);
  const call = {
    ...options,
    python: await writerPython(options),
    program,
    request: { ...request, action: 'write', out },
    work: path.join(work, 'write'),
    log: path.join(userCache(), 'logs', 'compile.log'),
    model,
    framework,
  };
  await runProgram(call, z.object({}));
  return out;
}

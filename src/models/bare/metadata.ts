import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { EdgeError } from '../../errors/index.js';

/** The part of a SageMaker Neo `.meta` file that says what the model takes. */
const metaSchema = z.looseObject({
  Model: z.looseObject({
    Inputs: z.array(
      z.looseObject({
        name: z.string(),
        dtype: z.string(),
        shape: z.array(z.union([z.number(), z.string()])),
      }),
    ),
  }),
});

export interface NeoInput {
  readonly name: string;
  readonly dtype: string;
  /** Undefined where an axis is free. */
  readonly shape: readonly number[] | undefined;
}

/** @throws EdgeError MODEL_NOT_RUNNABLE where it is damaged, or the model takes more than one input */
export async function readNeoInput(file: string): Promise<NeoInput> {
  const refuse = (reason: string, cause?: unknown) =>
    new EdgeError('MODEL_NOT_RUNNABLE', { path: file, reason }, { cause });
  let inputs;
  try {
    inputs = metaSchema.parse(JSON.parse(await readFile(file, 'utf8'))).Model.Inputs;
  } catch (error) {
    throw refuse('it is no metadata of SageMaker Neo (Model.Inputs is missing or damaged)', error);
  }
  const [input, ...more] = inputs;
  if (!input || more.length > 0) throw refuse(`it names ${inputs.length} inputs, a picture model has one`);
  const shape = input.shape.map(Number);
  return {
    name: input.name,
    dtype: input.dtype,
    shape: shape.every((axis) => Number.isInteger(axis) && axis > 0) ? shape : undefined,
  };
}

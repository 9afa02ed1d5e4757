import type { EngineInput } from '../engines/index.js';
import type { Manifest } from '../models/index.js';
import { tensorOf } from '../tensor-values.js';
import type { Tensor } from '../types.js';

/** What a model of several inputs is given beside each picture; nothing for a model of one. */
export function constantsOf({
  input,
  constants,
}: Manifest): Partial<Pick<Extract<EngineInput, { picture: unknown }>, 'pictureInput' | 'tensors'>> {
  if (constants.length === 0) return {};
  return { pictureInput: input.name, tensors: constantTensors({ constants }) };
}

/** The constants of a model by their names. */
export function constantTensors({ constants }: Pick<Manifest, 'constants'>): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = {};
  for (const { name, dtype, shape, data } of constants) tensors[name] = tensorOf(dtype, shape, data);
  return tensors;
}

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DType, Tensor } from '../../../src/types.js';
import { toTypedArray } from '../../native/fixtures.js';

const folder = fileURLToPath(new URL('../../fixtures/onnx', import.meta.url));

/** The models of test/fixtures/build_onnx.py. */
export const onnxPath = (name: string): string => path.join(folder, name);

interface Stored {
  dtype: DType;
  shape: number[];
  data: number[];
}

const restore = ({ dtype, shape, data }: Stored): Tensor => ({
  dtype,
  shape,
  data: toTypedArray(dtype, data),
});

/** Inputs, and what ONNX's reference evaluator computed for them. */
export function onnxCases(name: string): { inputs: Record<string, Tensor>; outputs: Tensor[] }[] {
  const { cases } = JSON.parse(readFileSync(`${onnxPath(name)}.json`, 'utf8')) as {
    cases: { inputs: Record<string, Stored>; outputs: Stored[] }[];
  };
  return cases.map(({ inputs, outputs }) => ({
    inputs: Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, restore(value)])),
    outputs: outputs.map(restore),
  }));
}

import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NativeLoadOptions } from '../../src/engines/native/binding.js';
import type { DType, Tensor, TensorData } from '../../src/types.js';

const folder = fileURLToPath(new URL('../fixtures/models', import.meta.url));

/** The models of test/fixtures/build_models.py. */
export type FixtureName = 'two_inputs' | 'uint8_picture' | 'small_convnet' | 'slow_loop' | 'trees';

export const fixturePath = (name: FixtureName): string => path.join(folder, name);

const cache =
  process.env['MLI_CACHE_DIR'] ??
  path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'greengrass-mli');

/** libdlr.so as the set-up leaves it, of the given release. */
export const libraryPath = (version = '1.6.0'): string =>
  version === '1.6.0' && process.env['MLI_LIBDLR']
    ? process.env['MLI_LIBDLR']
    : path.join(cache, `libdlr-${version}`, 'libdlr.so');

/** Why the tests on genuine models cannot run here; undefined where they can. */
export function obstacle(version?: string): string | undefined {
  if (process.arch !== 'x64') return 'needs x86-64: the compiled models of the tests are for it';
  return existsSync(libraryPath(version)) ? undefined : `needs ${libraryPath(version)}: run "npm run setup"`;
}

/** A title that says what is missing, where the tests below it are skipped. */
export const titleOf = (title: string, version?: string): string => {
  const reason = obstacle(version);
  return reason ? `${title} (skipped: ${reason})` : title;
};

export const loadOptions = (name: FixtureName, rest?: Partial<NativeLoadOptions>): NativeLoadOptions => ({
  library: libraryPath(),
  path: fixturePath(name),
  runtime: 'dlr',
  deviceType: 1,
  deviceId: 0,
  threads: 1,
  ...rest,
});

interface StoredTensor {
  dtype: DType;
  shape: number[];
  data: (number | 'NaN')[];
}

/** Inputs, and the outputs that Python computed for them. */
export interface FixtureCase {
  inputs: Record<string, Tensor>;
  outputs: Tensor[];
}

export function fixtureCases(name: FixtureName): FixtureCase[] {
  const { cases } = JSON.parse(readFileSync(`${fixturePath(name)}.json`, 'utf8')) as {
    cases: { inputs: Record<string, StoredTensor>; outputs: StoredTensor[] }[];
  };
  return cases.map(({ inputs, outputs }) => ({
    inputs: Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, restore(value)])),
    outputs: outputs.map(restore),
  }));
}

const restore = ({ dtype, shape, data }: StoredTensor): Tensor => ({
  dtype,
  shape,
  data: toTypedArray(dtype, data.map(Number)),
});

/** float16 takes the bits. */
export function toTypedArray(dtype: DType, values: readonly number[]): TensorData {
  switch (dtype) {
    case 'float32':
      return Float32Array.from(values);
    case 'float64':
      return Float64Array.from(values);
    case 'int8':
      return Int8Array.from(values);
    case 'uint8':
    case 'bool':
      return Uint8Array.from(values);
    case 'int16':
      return Int16Array.from(values);
    case 'uint16':
    case 'float16':
      return Uint16Array.from(values);
    case 'int32':
      return Int32Array.from(values);
    case 'uint32':
      return Uint32Array.from(values);
    case 'int64':
      return BigInt64Array.from(values, BigInt);
    case 'uint64':
      return BigUint64Array.from(values, BigInt);
  }
}

/** The input of slow_loop, which takes a tenth of a second and more. */
export const slowInput = {
  tensors: { seed: { dtype: 'float32', shape: [1], data: Float32Array.of(1) } },
} as const;

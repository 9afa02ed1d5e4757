import { describe, expect, it } from 'vitest';
import { loadBinding } from '../../src/engines/native/binding.js';
import type { Tensor } from '../../src/types.js';
import {
  fixtureCases,
  fixturePath,
  libraryPath,
  loadOptions,
  obstacle,
  titleOf,
  type FixtureName,
} from './fixtures.js';

/** TVM code is the same code as in Python; the trees add up in another order than XGBoost. */
const tolerance: Record<FixtureName, number> = {
  two_inputs: 0,
  uint8_picture: 0,
  small_convnet: 0,
  slow_loop: 0,
  trees: 1e-6,
};

const numbersOf = (tensor: Tensor | undefined): number[] => [...(tensor?.data ?? [])].map(Number);

for (const version of ['1.6.0', '1.5.0']) {
  describe.skipIf(obstacle(version))(titleOf(`the addon on libdlr ${version}`, version), () => {
    it.each(Object.keys(tolerance) as FixtureName[])('computes what Python computed for %s', async (name) => {
      const model = await loadBinding().Model.load(loadOptions(name, { library: libraryPath(version) }));
      for (const { inputs, outputs } of fixtureCases(name)) {
        const actual = await model.run({ tensors: inputs });
        expect(actual.map(({ dtype, shape }) => ({ dtype, shape }))).toEqual(
          outputs.map(({ dtype, shape }) => ({ dtype, shape })),
        );
        for (const [i, output] of outputs.entries()) {
          const [is, shouldBe] = [numbersOf(actual[i]), numbersOf(output)];
          const differences = shouldBe.map((value, k) => Math.abs(value - (is[k] ?? NaN)));
          expect(Math.max(...differences)).toBeLessThanOrEqual(tolerance[name]);
        }
      }
      await model.dispose();
    });

    it('says what the models declare', async () => {
      const { Model } = loadBinding();
      const library = libraryPath(version);
      const [mixed, trees] = [
        await Model.load(loadOptions('two_inputs', { library })),
        await Model.load(loadOptions('trees', { library })),
      ];
      expect(mixed.metadata).toEqual({
        inputs: [
          { name: 'features', dtype: 'float32', shape: [4, 6] },
          { name: 'rows', dtype: 'int64', shape: [3] },
        ],
        outputs: [
          { name: 'output0', dtype: 'float32', shape: [3, 5] },
          { name: 'output1', dtype: 'int32', shape: [3] },
        ],
        backend: 'tvm',
        libraryVersion: version,
        threads: 1,
        weights: 1,
        zeroCopy: false,
      });
      expect(trees.metadata).toMatchObject({
        backend: 'treelite',
        inputs: [{ name: 'data', dtype: 'float32', shape: [-1, 5] }],
        outputs: [{ dtype: 'float32', shape: [-1, 3] }],
      });
      await Promise.all([mixed.dispose(), trees.dispose()]);
    });

    it('gives the reason of DLR, the same each time, although DLR only logs it', async () => {
      const { Model } = loadBinding();
      const [missing, library] = [`${fixturePath('small_convnet')}/missing`, libraryPath(version)];
      for (let i = 0; i < 3; i++) {
        for (const [options, reason] of [
          [loadOptions('small_convnet', { library, deviceType: 2 }), 'Device API gpu is not enabled'],
          [
            loadOptions('small_convnet', { library, path: missing }),
            'missing error: No such file or directory',
          ],
        ] as const) {
          await expect(Model.load(options)).rejects.toMatchObject({
            code: 'MODEL_LOAD_FAILED',
            details: { text: expect.stringContaining(reason) as string },
          });
        }
      }
    });

    it('passes NaN on, which is a missing value for trees', async () => {
      const model = await loadBinding().Model.load(
        loadOptions('two_inputs', { library: libraryPath(version) }),
      );
      const rows = { dtype: 'int64', shape: [3], data: BigInt64Array.of(0n, 1n, 0n) } as const;
      const data = new Float32Array(4 * 6).fill(1).fill(NaN, 0, 6);
      const [output] = await model.run({
        tensors: { rows, features: { dtype: 'float32', shape: [4, 6], data } },
      });
      expect(numbersOf(output).map(Number.isNaN).join()).toBe(
        [true, false, true].flatMap((missing) => Array<boolean>(5).fill(missing)).join(),
      );
      await model.dispose();
      const missing = fixtureCases('trees')
        .flatMap(({ inputs }) => numbersOf(inputs['data']))
        .filter(Number.isNaN);
      expect(missing.length).toBeGreaterThan(0);
    });
  });
}

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadBinding } from '../../src/engines/native/binding.js';
import type { Tensor } from '../../src/types.js';
import { loadOptions, obstacle, titleOf } from './fixtures.js';

/** Threads of this process that carry the name of the addon's; TVM's and treelite's inherit it. */
const addonThreads = () =>
  readdirSync('/proc/self/task').filter(
    (id) => readFileSync(`/proc/self/task/${id}/comm`, 'utf8').trim() === 'mli-dlr',
  );

const allowedProcessors = (id: string) =>
  /Cpus_allowed:\s*(\S+)/.exec(readFileSync(`/proc/self/task/${id}/status`, 'utf8'))?.[1];

const picture: Record<string, Tensor> = {
  data: { dtype: 'float32', shape: [1, 3, 16, 16], data: new Float32Array(768) },
};
const rows: Record<string, Tensor> = {
  data: { dtype: 'float32', shape: [1000, 5], data: new Float32Array(5000) },
};

describe.skipIf(obstacle())(titleOf('the addon'), { timeout: 120_000 }, () => {
  const { Model } = loadBinding();

  it('keeps its memory flat over 2,000 runs', async () => {
    const [net, trees] = [
      await Model.load(loadOptions('small_convnet')),
      await Model.load(loadOptions('trees')),
    ];
    const run = async (times: number) => {
      for (let i = 0; i < times; i++) {
        await net.run({ tensors: picture });
        await trees.run({ tensors: rows });
      }
    };
    await run(500);
    const before = process.memoryUsage().rss;
    await run(2000);
    // Inputs and outputs of the 2,000 runs are 70 MB together.
    expect(process.memoryUsage().rss - before).toBeLessThan(20e6);
    await Promise.all([net.dispose(), trees.dispose()]);
  });

  it('keeps memory and threads flat over 200 loads, with several threads a model too', async () => {
    const swap = async (times: number) => {
      for (let i = 0; i < times; i++) {
        for (const [name, tensors] of [
          ['small_convnet', picture],
          ['trees', rows],
        ] as const) {
          const model = await Model.load(loadOptions(name, { threads: 2 }));
          await model.run({ tensors });
          await model.dispose();
        }
      }
    };
    await swap(50);
    const [memory, threads] = [process.memoryUsage().rss, addonThreads().length];
    await swap(200);
    expect(addonThreads()).toHaveLength(threads);
    expect(process.memoryUsage().rss - memory).toBeLessThan(20e6);
  });

  it('gives each model the threads that it was asked for, whatever others have', async () => {
    const before = addonThreads().length;
    const [four, five] = await Promise.all(
      [4, 5].map((threads) => Model.load(loadOptions('slow_loop', { threads }))),
    );
    const input = { tensors: { seed: { dtype: 'float32', shape: [1], data: Float32Array.of(1) } } } as const;
    await five?.run(input);
    const afterFive = addonThreads().length;
    await four?.run(input);
    expect([four?.metadata.threads, five?.metadata.threads]).toEqual([4, 5]);
    // Each model has its thread, and TVM one less than the size of the pool.
    expect([afterFive - before, addonThreads().length - before]).toEqual([2 + 4, 2 + 4 + 3]);
    await Promise.all([four?.dispose(), five?.dispose()]);
  });

  it('gives treelite one thread: it would never end the others', async () => {
    const model = await Model.load(loadOptions('trees', { threads: 4 }));
    expect(model.metadata.threads).toBe(1);
    await model.dispose();
  });

  it('leaves the environment as it was, and no thread bound to a processor', async () => {
    process.env['TVM_NUM_THREADS'] = '7';
    delete process.env['OMP_NUM_THREADS'];
    delete process.env['TVM_BIND_THREADS'];
    const environment = { ...process.env };
    for (const name of ['trees', 'small_convnet'] as const) {
      const model = await Model.load(loadOptions(name));
      await model.run({ tensors: name === 'trees' ? rows : picture });
      await model.dispose();
    }
    expect(process.env).toEqual(environment);
    delete process.env['TVM_NUM_THREADS'];
    const own = allowedProcessors(String(process.pid));
    expect(addonThreads().map(allowedProcessors)).toEqual(addonThreads().map(() => own));
  });
});

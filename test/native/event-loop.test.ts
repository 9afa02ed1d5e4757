import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { loadBinding } from '../../src/engines/native/binding.js';
import { fixturePath, loadOptions, obstacle, slowInput, titleOf } from './fixtures.js';

describe.skipIf(obstacle())(titleOf('while models run'), { timeout: 60_000 }, () => {
  const { Model } = loadBinding();

  it('the event loop goes on', async () => {
    const model = await Model.load(loadOptions('slow_loop'));
    let turns = 0;
    const counter = setInterval(() => turns++, 1);
    await model.run(slowInput);
    clearInterval(counter);
    // A loop that was blocked for the run, a tenth of a second and more, turns once or twice.
    expect(turns).toBeGreaterThan(20);
    await model.dispose();
  });

  it("the process can read files: eight models do not occupy libuv's four threads", async () => {
    const models = await Promise.all(Array.from({ length: 8 }, () => Model.load(loadOptions('slow_loop'))));
    let settled = 0;
    const runs = models.map((model) => model.run(slowInput).finally(() => settled++));
    await readFile(`${fixturePath('slow_loop')}.json`);
    expect(settled).toBe(0);
    await Promise.all(runs);
    await Promise.all(models.map((model) => model.dispose()));
  });

  it('runs of different models go on at the same time', async () => {
    const [slow, fast] = [
      await Model.load(loadOptions('slow_loop')),
      await Model.load(loadOptions('small_convnet')),
    ];
    const order: string[] = [];
    const data = { dtype: 'float32', shape: [1, 3, 16, 16], data: new Float32Array(768) } as const;
    await fast.run({ tensors: { data } });
    await slow.run(slowInput);
    await Promise.all([
      slow.run(slowInput).then(() => order.push('slow')),
      fast.run({ tensors: { data } }).then(() => order.push('fast')),
    ]);
    expect(order).toEqual(['fast', 'slow']);
    await Promise.all([slow.dispose(), fast.dispose()]);
  });

  it("a model says how long its thread took for the last run, which is less than the caller's wait", async () => {
    const model = await Model.load(loadOptions('slow_loop'));
    expect(model.getLastRunMs()).toEqual({ all: 0, model: 0 });
    const started = performance.now();
    await model.run(slowInput);
    const waitedMs = performance.now() - started;
    const tookMs = model.getLastRunMs();
    expect(tookMs.model).toBeGreaterThan(0);
    expect(tookMs.all).toBeGreaterThanOrEqual(tookMs.model);
    expect(waitedMs).toBeGreaterThanOrEqual(tookMs.all);
    await expect(model.run({ tensors: {} })).rejects.toThrow();
    expect(model.getLastRunMs()).toEqual(tookMs);
    await model.dispose();
  });
});

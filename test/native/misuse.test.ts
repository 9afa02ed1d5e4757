import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadBinding, type NativeModel } from '../../src/engines/native/binding.js';
import { fixtureCases, loadOptions, obstacle, slowInput, titleOf } from './fixtures.js';

type Constructor = new () => object;

const disposedError = { message: 'MODEL_DISPOSED', code: 'MODEL_DISPOSED' };

/** The matrix {metadata, run, dispose} x {loading, idle, running, disposed}. */
describe.skipIf(obstacle())(titleOf('a Model'), () => {
  const { Model } = loadBinding();
  let model: NativeModel;

  describe('that is loading', () => {
    it('is not there yet: only the promise is, and two loads do not disturb each other', async () => {
      const loads = [
        Model.load(loadOptions('slow_loop')),
        Model.load(loadOptions('small_convnet')),
        Model.load(loadOptions('slow_loop')),
      ];
      expect(loads[0]).not.toHaveProperty('metadata');
      const models = await Promise.all(loads);
      expect(models.map(({ metadata }) => metadata.inputs[0]?.name)).toEqual(['seed', 'data', 'seed']);
      await Promise.all(models.map((one) => one.dispose()));
    });
  });

  describe('that is idle', () => {
    beforeEach(async () => {
      model = await Model.load(loadOptions('slow_loop'));
    });
    afterEach(() => model.dispose());

    it('gives its metadata, which cannot be replaced', () => {
      expect(model.getState()).toBe('idle');
      expect(model.metadata.inputs).toHaveLength(1);
      expect(() => Object.assign(model, { metadata: {} })).toThrow(TypeError);
    });

    it('runs', async () => {
      const [output] = await model.run(slowInput);
      expect(output?.data).toEqual(fixtureCases('slow_loop')[0]?.outputs[0]?.data);
      expect(model.getState()).toBe('idle');
    });

    it('can be disposed of', async () => {
      await model.dispose();
      expect(model.getState()).toBe('disposed');
    });
  });

  describe('that is running', () => {
    let run: Promise<unknown>;
    beforeEach(async () => {
      model = await Model.load(loadOptions('slow_loop'));
      run = model.run(slowInput);
    });

    it('gives its metadata', async () => {
      expect(model.getState()).toBe('running');
      expect(model.metadata.backend).toBe('tvm');
      await run;
      await model.dispose();
    });

    it('performs further runs in the order of the calls', async () => {
      const ended: number[] = [];
      await Promise.all([1, 2, 3].map((n) => model.run(slowInput).then(() => ended.push(n))));
      expect(ended).toEqual([1, 2, 3]);
      await run;
      await model.dispose();
    });

    it('is disposed of after the runs that were asked for', async () => {
      const events: string[] = [];
      const settled = [
        run.then(() => events.push('first run')),
        model.run(slowInput).then(() => events.push('second run')),
        model.dispose().then(() => events.push('disposed')),
      ];
      expect(model.getState()).toBe('disposing');
      await expect(model.run(slowInput)).rejects.toMatchObject(disposedError);
      await Promise.all(settled);
      expect(events).toEqual(['first run', 'second run', 'disposed']);
    });
  });

  describe('that was disposed of', () => {
    beforeEach(async () => {
      model = await Model.load(loadOptions('slow_loop'));
      await model.dispose();
    });

    it('still gives its metadata', () => {
      expect(model.metadata.inputs).toEqual([{ name: 'seed', dtype: 'float32', shape: [1] }]);
    });

    it('refuses to run', async () => {
      await expect(model.run(slowInput)).rejects.toMatchObject(disposedError);
    });

    it('can be disposed of again and gives the same promise', async () => {
      expect(model.dispose()).toBe(model.dispose());
      await model.dispose();
      expect(model.getState()).toBe('disposed');
    });

    it('refuses an input whose getter disposes of it', async () => {
      const other = await Model.load(loadOptions('slow_loop'));
      const input = {
        get tensors() {
          void other.dispose();
          return slowInput.tensors;
        },
      };
      await expect(other.run(input)).rejects.toMatchObject(disposedError);
      await other.dispose();
    });
  });

  it('cannot be made by new', () => {
    expect(() => new (Model as unknown as Constructor)()).toThrow(TypeError);
    expect(() => Reflect.construct(Model as unknown as Constructor, [], Array)).toThrow(TypeError);
  });

  it('throws a TypeError where a method is borrowed by another object', async () => {
    model = await Model.load(loadOptions('small_convnet'));
    const prototype = Object.getPrototypeOf(model) as object;
    const strangers: unknown[] = [
      undefined,
      null,
      1,
      {},
      [],
      new Map(),
      Model,
      prototype,
      Object.create(prototype),
      Object.create(model),
    ];
    for (const name of ['run', 'dispose', 'getState'] as const) {
      const method = Reflect.get(prototype, name) as (this: unknown, argument: unknown) => unknown;
      for (const stranger of strangers) expect(() => method.call(stranger, slowInput)).toThrow(TypeError);
    }
    await model.dispose();
  });
});

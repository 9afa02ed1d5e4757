import { availableParallelism } from 'node:os';
import { expect, it, vi } from 'vitest';
import { loadEngine } from '../../src/engines/index.js';
import type { Logger } from '../../src/logger.js';
import { ThreadLimit } from '../../src/thread-limit.js';
import { fixturePath, obstacle } from '../native/fixtures.js';
import { onnxPath } from './onnx/fixtures.js';

const cores = availableParallelism();
const dlr = { device: 'cpu' } as const;

const request = {
  dlr: { runtime: 'dlr', artifact: fixturePath('small_convnet') },
  onnx: { runtime: 'onnx', artifact: onnxPath('float32_nchw') },
} as const;

it.for(['dlr', 'onnx'] as const)(
  'a model in %s gets no more threads than there are cores',
  async (runtime, { skip }) => {
    const reason = runtime === 'dlr' ? obstacle() : undefined;
    if (reason !== undefined) skip(reason);
    for (const [asked, threads] of [
      [1, 1],
      [cores + 6, cores],
    ] as const) {
      const engine = await loadEngine({ ...request[runtime], dlr: { ...dlr, threads: asked } });
      expect(engine.info.threads).toBe(threads);
      await engine.dispose();
    }
  },
);

it('a configuration that asks for more than that is told of once, and again when it asks for another number', () => {
  const warn = vi.fn();
  const limit = new ThreadLimit({ warn } as unknown as Logger);
  for (const threads of [cores, cores + 1, cores + 1, 1, cores + 2]) limit.apply({ ...dlr, threads });
  expect(warn.mock.calls.map(([details]: unknown[]) => details)).toEqual([
    { asked: cores + 1, threads: cores },
    { asked: cores + 2, threads: cores },
  ]);
  expect(warn.mock.calls[0]?.[1]).toBe(
    `THREADS_CAPPED dlr.threads is ${cores + 1}, but there are ${cores} usable cores: so many threads are used.`,
  );
});

import { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakePipelines, fakeSpec, never, until, type SupervisedPipeline } from './fake-pipelines.js';

const supervise = fakePipelines();
const working = (name: string, more: object = {}) => supervise('works', {}, { name, ...more });

const pidOf = ({ supervisor }: SupervisedPipeline): number => supervisor.status.pid ?? 0;
const moreResults = async (pipeline: SupervisedPipeline, count = 3): Promise<void> => {
  const wanted = pipeline.results.length + count;
  await until(() => pipeline.results.length >= wanted, pipeline.supervisor);
};

describe('pipelines of one model', () => {
  it('share a process, unless one wants its own or runs another model', async () => {
    const [a, b] = [working('a'), working('b')];
    const own = working('own', { process: 'own' });
    const other = working('other', { model: { sha256: '2' } });
    await Promise.all([a, b, own, other].map((pipeline) => moreResults(pipeline)));
    expect(pidOf(a)).toBe(pidOf(b));
    expect(new Set([a, own, other].map(pidOf)).size).toBe(3);
  });

  it('come and go without a pause of the others', async () => {
    const a = working('a');
    await moreResults(a);
    const pid = pidOf(a);
    for (let round = 0; round < 3; round++) {
      const b = working('b');
      await moreResults(b);
      expect(pidOf(b)).toBe(pid);
      await b.supervisor.stop();
    }
    await moreResults(a);
    expect(a.supervisor.status).toMatchObject({ restarts: 0, pid });
    await a.supervisor.stop();
    // The last one takes the process with it.
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('all come back after a crash of their process, to one process again, and say what happened', async () => {
    const [a, b] = [working('a'), working('b')];
    await Promise.all([moreResults(a), moreResults(b)]);
    process.kill(pidOf(a), 'SIGSEGV');
    await until(() => [a, b].every(({ supervisor }) => supervisor.status.restarts === 1));
    await Promise.all([moreResults(a), moreResults(b)]);
    expect(pidOf(a)).toBe(pidOf(b));
    for (const { supervisor } of [a, b])
      expect(supervisor.status).toMatchObject({
        restarts: 1,
        lastFault: { code: 'PROCESS_ENDED', message: expect.stringContaining('SIGSEGV') as string },
      });
  });

  it('lose a process in which an inference of one hangs, and the others know why', async () => {
    const a = working('a');
    await moreResults(a);
    const b = supervise('hangs', { inferenceTimeoutSeconds: 8 }, { name: 'b' });
    await until(() => a.supervisor.status.restarts >= 1, a.supervisor, b.supervisor);
    expect(b.supervisor.status.lastFault).toMatchObject({ code: 'PROCESS_HUNG' });
    expect(a.supervisor.status.lastFault).toMatchObject({
      code: 'PROCESS_ENDED',
      message: expect.stringContaining('An inference of pipeline b has taken more than 8 s') as string,
    });
    await moreResults(a);
  });

  it('are left in peace by one that ends its process again and again', async () => {
    const a = working('a');
    await moreResults(a);
    const b = supervise('crashes', {}, { name: 'b' });
    await until(() => b.supervisor.status.restarts >= 4, a.supervisor, b.supervisor);
    const { restarts } = a.supervisor.status;
    expect(restarts).toBeLessThanOrEqual(3);
    await moreResults(a);
  });

  it('are left in peace by one that gives up', async () => {
    const a = working('a');
    await moreResults(a);
    const b = supervise('fails', {}, { name: 'b' });
    await until(() => b.supervisor.status.restarts >= 2, a.supervisor, b.supervisor);
    expect(b.unusable[0]).toMatchObject({ code: 'GOLDEN_MISMATCH' });
    expect(b.supervisor.status.lastFault).toMatchObject({ code: 'GOLDEN_MISMATCH' });
    expect(a.supervisor.status.restarts).toBe(0);
  });

  it('change their sources apart, within their process and without a pause', async () => {
    const [a, b] = [working('a'), working('b')];
    await Promise.all([moreResults(a), moreResults(b)]);
    const pid = pidOf(a);
    await b.supervisor.replace(fakeSpec('works', { name: 'b', preprocess: {} }), false, never);
    await Promise.all([moreResults(a), moreResults(b)]);
    for (const one of [a, b]) expect(one.supervisor.status).toMatchObject({ pid, restarts: 0 });
    // A new source counts from 1 again; the pipeline does not.
    const ids = b.results.map(({ frame }) => frame.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(Math.max(...ids)).toBe(ids.at(-1));
  });

  it('go over to another model apart, each to its process', async () => {
    const [a, b] = [working('a'), working('b')];
    await Promise.all([moreResults(a), moreResults(b)]);
    const before = pidOf(a);
    const spec = (name: string) => fakeSpec('works', { name, model: { sha256: '2' } });
    await a.supervisor.replace(spec('a'), false, never);
    expect(pidOf(b)).toBe(before);
    expect(pidOf(a)).not.toBe(before);
    await b.supervisor.replace(spec('b'), false, never);
    expect(pidOf(b)).toBe(pidOf(a));
    await moreResults(b);
    await until(() => {
      try {
        return !process.kill(before, 0);
      } catch {
        return true;
      }
    });
  });

  it('keep their model where the new one of one is wrong', async () => {
    const [a, b] = [working('a'), working('b')];
    await Promise.all([moreResults(a), moreResults(b)]);
    const wrong = fakeSpec('fails', { name: 'a', model: { sha256: '2' } });
    await expect(a.supervisor.replace(wrong, true, never)).rejects.toMatchObject({
      code: 'MODEL_REJECTED',
      details: { final: true },
    });
    await Promise.all([moreResults(a), moreResults(b)]);
    for (const { supervisor } of [a, b]) expect(supervisor.status.restarts).toBe(0);
  });
});

describe('a device that only one process can hold', () => {
  let folder: string;
  let exclusive: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'mli-exclusive-'));
    exclusive = path.join(folder, 'camera');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is handed over once the new model is ready', async () => {
    const a = working('a', { exclusive });
    await moreResults(a);
    const next = fakeSpec('works', { name: 'a', exclusive, model: { sha256: '2' } });
    await a.supervisor.replace(next, false, never);
    await moreResults(a);
    // The new one opened it at its first try, and the old one did not take it back.
    expect(a.supervisor.status).toMatchObject({ restarts: 0, lastFault: undefined });
    expect(a.supervisor.status.counters.sourceFaults).toBe(0);
    expect(a.results.at(-1)?.model.version).toBe('2');
  });

  it('is taken back where the new one fails', async () => {
    const a = working('a', { exclusive });
    await moreResults(a);
    const next = fakeSpec('crashes', { name: 'a', exclusive, model: { sha256: '2' } });
    await expect(a.supervisor.replace(next, false, never)).rejects.toMatchObject({ code: 'MODEL_REJECTED' });
    await moreResults(a);
    expect(a.results.at(-1)?.model.version).toBe('1');
    expect(a.supervisor.status.restarts).toBe(0);
  });
});

describe('a process that SIGKILL does not end', () => {
  afterEach(() => void vi.restoreAllMocks());

  it('is reported, and its pipeline starts again when it is gone', async () => {
    const a = working('a');
    await moreResults(a);
    // A process in uninterruptible sleep cannot be made here: the signal is kept back instead.
    const kill = vi.spyOn(ChildProcess.prototype, 'kill').mockReturnValue(true);
    const pid = pidOf(a);
    process.kill(pid, 'SIGSTOP');
    await until(() => a.supervisor.status.lastFault?.code === 'PROCESS_UNKILLABLE', a.supervisor);
    expect(a.supervisor.status).toMatchObject({ state: 'waiting', pid, restarts: 0 });
    expect(a.supervisor.status.lastFault?.message).toContain(`${pid} does not end 1 s after SIGKILL`);
    await expect(a.supervisor.ask({ type: 'picture', quality: 80 }, never)).rejects.toMatchObject({
      code: 'REQUEST_FAILED',
    });
    await sleep(200);
    kill.mockRestore();
    process.kill(pid, 'SIGKILL');
    await until(() => a.supervisor.status.restarts === 1, a.supervisor);
    await moreResults(a);
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { fakePipelines, never, until } from './fake-pipelines.js';

const supervise = fakePipelines();

describe('the supervisor', () => {
  it('replaces a process whose inference hangs, and says why', async () => {
    const { supervisor } = supervise('hangs', { inferenceTimeoutSeconds: 8 });
    await until(() => supervisor.status.restarts >= 1, supervisor);
    expect(supervisor.status.lastFault).toMatchObject({ code: 'PROCESS_HUNG' });
    expect(supervisor.status.lastFault?.message).toContain('more than 8 s');
  });

  it('restarts a process that crashes with growing pauses: no restart storm', async () => {
    const { supervisor, states } = supervise('crashes');
    await until(() => supervisor.status.restarts >= 2);
    await sleep(1000);
    // At once, after about a second, after about two: within the first seconds there is no fourth.
    expect(supervisor.status.restarts).toBeLessThanOrEqual(3);
    expect(states).toContain('waiting');
  });

  it('leaves a pipeline alone whose source came to its end', async () => {
    const { supervisor } = supervise('ends');
    await until(() => supervisor.status.state === 'ended');
    await sleep(500);
    expect(supervisor.status).toMatchObject({ state: 'ended', restarts: 0 });
  });

  it('sums the counters over the processes that it had', async () => {
    const { supervisor } = supervise('works');
    await until(() => supervisor.status.counters.inferred === 1);
    process.kill(supervisor.status.pid ?? 0, 'SIGKILL');
    await until(() => supervisor.status.restarts === 1 && supervisor.status.counters.inferred === 2);
  });

  it('is not revived by what a process says on its way out', async () => {
    const { supervisor } = supervise('works');
    // Stopped before the process can have said that it is ready.
    await supervisor.stop();
    await sleep(500);
    expect(supervisor.status).toMatchObject({ state: 'stopped', pid: undefined });
  });

  describe('asked for something', () => {
    const request = { type: 'infer-picture', body: new Uint8Array(1) } as const;

    it('passes on what the process refuses it with, code and details', async () => {
      const { supervisor } = supervise('works');
      await until(() => supervisor.status.state === 'running', supervisor);
      const answer = supervisor.ask(request, never);
      await expect(answer).rejects.toMatchObject({
        name: 'EdgeError',
        code: 'INPUT_INVALID',
        details: { path: 'x', input: 'y' },
      });
    });

    it('says so at once where there is no process', async () => {
      const { supervisor } = supervise('works');
      await supervisor.stop();
      await expect(supervisor.ask(request, never)).rejects.toMatchObject({ code: 'REQUEST_FAILED' });
    });

    it('says so when the process dies of the request, and recovers', async () => {
      const { supervisor } = supervise('dies of a request');
      await until(() => supervisor.status.state === 'running', supervisor);
      const answer = supervisor.ask(request, never);
      await expect(answer).rejects.toMatchObject({
        code: 'REQUEST_FAILED',
        details: { pipeline: 'belt', reason: 'its process ended: signal SIGKILL' },
      });
      await until(() => supervisor.status.restarts === 1 && supervisor.status.state === 'running');
    });

    it('gives up at the signal and at the end of the time, and has room again', async () => {
      const { supervisor } = supervise('never answers');
      await until(() => supervisor.status.state === 'running', supervisor);
      const given = new AbortController();
      const waiting = Array.from({ length: 8 }, () => supervisor.ask(request, given.signal));
      await expect(supervisor.ask(request, never)).rejects.toMatchObject({
        code: 'REQUEST_QUEUE_FULL',
        details: { limit: 8 },
      });
      // Pictures have their own room: a busy service must not keep snapshots away.
      const picture = supervisor.ask({ type: 'picture', quality: 80 }, AbortSignal.timeout(20));
      await expect(picture).rejects.toMatchObject({ details: { reason: 'its time was up' } });
      given.abort();
      for (const answer of waiting) await expect(answer).rejects.toMatchObject({ code: 'REQUEST_ABORTED' });
      const aborted = supervisor.ask(request, given.signal);
      await expect(aborted).rejects.toMatchObject({ code: 'REQUEST_ABORTED' });
      const late = supervisor.ask(request, AbortSignal.timeout(20));
      await expect(late).rejects.toMatchObject({ code: 'REQUEST_ABORTED' });
    });
  });
});

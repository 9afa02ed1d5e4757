import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { InferenceTurns } from '../../src/pipeline/turns.js';

const never = new AbortController().signal;

let turns: InferenceTurns;
let order: string[];
beforeEach(() => {
  turns = new InferenceTurns();
  order = [];
});

const work =
  (name: string, ms = 5) =>
  async () => {
    order.push(name);
    await sleep(ms);
  };

describe('the turns of a model', () => {
  it('run one at a time, frames before requests, each in the order in which they came', async () => {
    const all = [turns.frame(work('first'))];
    all.push(turns.request(work('request 1'), never), turns.request(work('request 2'), never));
    all.push(turns.frame(work('frame 1')), turns.frame(work('frame 2')));
    expect(order).toEqual(['first']);
    await Promise.all(all);
    expect(order).toEqual(['first', 'frame 1', 'frame 2', 'request 1', 'request 2']);
  });

  it('leave a gap that is too short for a request to the frame that is due, but not for ever', async () => {
    await turns.frame(work('long', 100));
    let due = performance.now() + 60;
    turns.expectFrames(() => due);
    const asked = performance.now();
    const request = turns.request(work('request', 1), never);
    await sleep(20);
    expect(order).toEqual(['long']);
    // A source that is always due soon would keep requests away for ever.
    const moving = setInterval(() => (due = performance.now() + 60), 10);
    await request.finally(() => clearInterval(moving));
    expect(performance.now() - asked).toBeGreaterThanOrEqual(999);
  });

  it('use the gap after a frame', async () => {
    await turns.frame(work('long', 50));
    let due = performance.now() + 20;
    turns.expectFrames(() => due);
    const request = turns.request(work('request'), never);
    expect(order).toEqual(['long']);
    due = performance.now() + 10_000;
    await turns.frame(work('frame'));
    await request;
    expect(order).toEqual(['long', 'frame', 'request']);
  });

  it('do not run a request that was given up, and go on after one that failed', async () => {
    const first = turns.frame(work('first'));
    const given = new AbortController();
    const request = turns.request(work('request'), given.signal);
    given.abort(new Error('given up'));
    await expect(request).rejects.toThrow('given up');
    await expect(turns.request(() => Promise.reject(new Error('broken')), never)).rejects.toThrow('broken');
    await first;
    await turns.request(work('last'), never);
    expect(order).toEqual(['first', 'last']);
    expect(turns.busyMs).toBe(0);
  });

  it('say how long the one in progress takes', async () => {
    const turn = turns.request(work('slow', 50), never);
    await sleep(20);
    expect(turns.busyMs).toBeGreaterThanOrEqual(19);
    await turn;
  });
});

import { describe, expect, it } from 'vitest';
import { LiveState } from '../../src/dashboard/index.js';
import { model, result, status } from './results.js';

function watched() {
  const live = new LiveState('desk');
  const events: [string, unknown][] = [];
  const stop = live.listen((...[name, data]) => events.push([name, data]));
  return { live, events, stop };
}

describe('what the live page is told', () => {
  it('gives who comes the last results, and who stays each new one', () => {
    const { live, events } = watched();
    for (let id = 1; id <= 200; id++) live.onResult(result(id));
    const [pipeline] = live.snapshot().pipelines;
    expect(pipeline?.results.map(({ frame }) => frame)).toEqual(
      Array.from({ length: 120 }, (_, i) => i + 81),
    );
    expect(events).toHaveLength(200);
    expect(events.at(-1)).toMatchObject([
      'result',
      { pipeline: 'belt-1', result: { frame: 200, ms: [2, 1, 8, 0.1] } },
    ]);
  });

  it('tells nobody after they left', () => {
    const { live, events, stop } = watched();
    stop();
    live.onResult(result(1));
    expect(events).toEqual([]);
    expect(live.watched).toBe(false);
  });

  it('keeps the history of the model: what took over, and what was refused and why', () => {
    const { live } = watched();
    live.onStatus(status());
    live.onStatus(status());
    const to = { ...model, version: '1.1.0', digest: 'e'.repeat(64) };
    live.onStatus(status({ model: to, event: { type: 'model-swapped', from: model, to } }));
    live.onStatus(
      status({ model: to, event: { type: 'model-rejected', code: 'MODEL_REJECTED', message: 'it differs' } }),
    );
    expect(live.snapshot().pipelines[0]?.models).toMatchObject([
      { text: 'waste-sorter 1.0.0 at work', failed: false },
      { text: 'waste-sorter 1.0.0 → 1.1.0, swapped in', failed: false },
      { text: 'it differs', failed: true },
    ]);
  });

  it('counts the same fault instead of listing it again, the newest last', () => {
    const { live } = watched();
    const fault = { code: 'SOURCE_EMPTY', message: 'No picture.', remedy: 'Put one there.' };
    live.onFault('belt-1', fault);
    live.onFault(undefined, { code: 'HTTP_ADDRESS_UNUSABLE', message: 'The port is in use.' });
    live.onFault('belt-1', fault);
    expect(live.snapshot().faults).toMatchObject([
      { code: 'HTTP_ADDRESS_UNUSABLE', count: 1 },
      { pipeline: 'belt-1', code: 'SOURCE_EMPTY', remedy: 'Put one there.', count: 2 },
    ]);
  });

  it('shows at most fifty boxes and five labels of a frame', () => {
    const { live } = watched();
    const box: [number, number, number, number] = [0, 0, 0.5, 0.5];
    live.onResult(
      result(1, {
        predictions: Array.from({ length: 80 }, () => ({ label: 'person', confidence: 0.5, box })),
      }),
    );
    live.onResult(
      result(2, { predictions: Array.from({ length: 80 }, () => ({ label: 'cat', confidence: 0.5 })) }),
    );
    expect(live.snapshot().pipelines[0]?.results.map(({ predictions }) => predictions.length)).toEqual([
      50, 5,
    ]);
  });

  it('forgets a pipeline that is no longer configured', () => {
    const { live, events } = watched();
    live.onResult(result(1));
    live.onRemoved('belt-1');
    expect(live.snapshot().pipelines).toEqual([]);
    expect(events.at(-1)).toEqual(['status', { pipeline: 'belt-1' }]);
  });
});

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { CloudWatchMetrics, ComponentMetrics, metrics, metricsRoutes } from '../../src/metrics/index.js';
import { pythonWith } from '../python-environment.js';
import { model, result, status } from '../dashboard/results.js';

const run = promisify(execFile);
const python = await pythonWith({
  name: 'prometheus',
  requirement: 'prometheus-client==0.21.1',
  probe: ['-c', "from importlib.metadata import version; print(version('prometheus-client'))"],
});

const lane = (waiting: number) => ({
  waiting,
  diskBytes: 1000 * waiting,
  sent: 7,
  lostToBudget: 2,
  lostWithoutDisk: 0,
  damaged: 0,
  repairs: 0,
  refused: 0,
  diskFault: undefined,
  sendFault: undefined,
});

function counted(nucleusConnected = true) {
  const counts = new ComponentMetrics({
    thing: 'desk',
    pipelines: () => ({
      'belt-1': {
        state: 'running',
        pid: 1,
        restarts: 2,
        lastFault: undefined,
        model,
        counters: { captured: 12, inferred: 10, picturesUnreadable: 1, ticksMissed: 3 },
      },
    }),
    spool: () => ({ results: lane(3), uploads: lane(0) }),
    feedback: () => ({
      'belt-1': { done: 4, notUsed: 6, refused: 1, lost: 0, unlisted: 0, manifestsRefused: 0 },
    }),
    nucleusConnected: () => nucleusConnected,
    memoryBytes: () => 190e6,
  });
  for (let id = 1; id <= 10; id++) counts.onResult(result(id));
  counts.onAction({
    pipeline: 'belt-1',
    rule: 'open-glass',
    type: 'topic',
    summary: 'line1/gate',
    failure: undefined,
  });
  counts.onStatus(status());
  counts.onFault('belt-1', { code: 'SOURCE_EMPTY' });
  return counts;
}

describe('the metrics in the text format of Prometheus', () => {
  it.skipIf(python === undefined)('are what the parser of Prometheus’ own Python client reads', async () => {
    const program = [
      'import json, sys',
      'from prometheus_client.parser import text_string_to_metric_families as parse',
      'families = list(parse(sys.argv[1]))',
      'print(json.dumps({f.name: [f.type, [[s.name, s.labels, s.value] for s in f.samples]] for f in families}))',
    ].join('\n');
    const { stdout } = await run(python ?? '', ['-c', program, await counted().text()]);
    const families = JSON.parse(stdout) as Record<
      string,
      [string, [string, Record<string, string>, number][]]
    >;
    // A counter's family is named without its suffix.
    expect(Object.keys(families).sort()).toEqual(
      Object.keys(metrics)
        .map((name) => name.replace(/_total$/, ''))
        .sort(),
    );
    expect(families['mli_results']).toEqual([
      'counter',
      [['mli_results_total', { thing: 'desk', pipeline: 'belt-1' }, 10]],
    ]);
    const value = (family: string, labels: Record<string, string>, suffix = '') =>
      families[family]?.[1].find(
        ([name, given]) =>
          name.endsWith(suffix) && Object.entries(labels).every(([key, text]) => given[key] === text),
      )?.[2];
    expect(value('mli_stage_seconds', { stage: 'infer' }, '_count')).toBe(10);
    expect(value('mli_stage_seconds', { stage: 'infer' }, '_sum')).toBeCloseTo(0.08);
    expect(value('mli_frames', { fate: 'captured' })).toBe(12);
    expect(value('mli_dropped', {})).toBe(4);
    expect(value('mli_restarts', {})).toBe(2);
    expect(value('mli_published', { outcome: 'local' })).toBe(4);
    expect(value('mli_actions', { rule: 'open-glass', outcome: 'done' })).toBe(1);
    expect(value('mli_model_info', { target: 'dlr-x64-avx2' })).toBe(1);
    expect(value('mli_faults', { code: 'SOURCE_EMPTY' })).toBe(1);
    expect(value('mli_spool_items', { lane: 'results' })).toBe(3);
    expect(value('mli_feedback_samples', { pipeline: 'belt-1', outcome: 'done' })).toBe(4);
    expect(value('mli_spool_lost', { lane: 'uploads', reason: 'lostToBudget' })).toBe(2);
    expect(value('mli_nucleus_connected', {})).toBe(1);
    expect(value('mli_memory_bytes', {})).toBe(190e6);
  });

  it('do not grow with the classes of a model', async () => {
    const counts = counted();
    for (let id = 0; id < 1000; id++)
      counts.onResult(result(id, { predictions: [{ label: `class ${id}`, confidence: 1 }] }));
    const series = (await counts.text()).match(/^mli_predictions_total\{/gm) ?? [];
    expect(series.length).toBeLessThanOrEqual(100);
  });

  it('count the same after a second look', async () => {
    const counts = counted();
    await counts.text();
    expect(await counts.text()).toMatch(
      /^mli_frames_total\{pipeline="belt-1",fate="captured",thing="desk"\} 12$/m,
    );
  });
});

describe('the Grafana dashboard', () => {
  it('asks only for metrics that there are', () => {
    const text = readFileSync(new URL('../../infra/grafana-dashboard.json', import.meta.url), 'utf8');
    const asked = new Set(text.match(/\bmli_\w+/g)?.map((name) => name.replace(/_(bucket|sum|count)$/, '')));
    expect(asked.size).toBeGreaterThan(10);
    expect([...asked].filter((name) => !Object.hasOwn(metrics, name))).toEqual([]);
  });
});

describe('the metrics for CloudWatch', () => {
  it('are requests as the component aws.greengrass.Cloudwatch takes them, counters as what is new', async () => {
    const counts = counted();
    const cloudWatch = new CloudWatchMetrics(counts, 'GreengrassMLI', 'desk');
    const at = new Date('2026-11-20T12:00:00Z');
    const first = await cloudWatch.requests(at);
    expect(first).toContainEqual({
      request: {
        namespace: 'GreengrassMLI',
        metricData: {
          metricName: 'Results',
          dimensions: [
            { name: 'thing', value: 'desk' },
            { name: 'pipeline', value: 'belt-1' },
          ],
          timestamp: 1_795_176_000,
          value: 10,
          unit: 'Count',
        },
      },
    });
    counts.onResult(result(11));
    const valueOf = (requests: typeof first, name: string) =>
      requests.find(({ request }) => request.metricData.metricName === name)?.request.metricData.value;
    const second = await cloudWatch.requests(at);
    expect(valueOf(second, 'Results')).toBe(1);
    expect(valueOf(second, 'Memory')).toBe(190e6);
  });
});

describe('health', () => {
  it('is ready when the nucleus answers and every pipeline works, and says why not', async () => {
    const reasons: string[] = [];
    const app = metricsRoutes(counted(), () => reasons);
    expect((await app.request('/live')).status).toBe(200);
    expect((await app.request('/ready')).status).toBe(200);
    reasons.push('belt-1 is waiting');
    const response = await app.request('/ready');
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ ready: false, reasons: ['belt-1 is waiting'] });
  });
});

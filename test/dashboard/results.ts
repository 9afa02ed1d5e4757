import type { NativeResult } from '../../src/publish/index.js';
import type { PipelineStatusMessage } from '../../src/status-message.js';

export const model = {
  name: 'waste-sorter',
  version: '1.0.0',
  digest: 'd'.repeat(64),
  runtime: 'dlr',
  target: 'dlr-x64-avx2',
} as const;

/** A native result of frame `id`. */
export function result(id: number, more: Partial<NativeResult> = {}): NativeResult {
  const { name, version, digest, runtime } = model;
  return {
    version: 1,
    id: `run-${id}`,
    thing: 'desk',
    pipeline: 'belt-1',
    model: { name, version, digest, runtime },
    frame: { id, capturedAt: '2026-11-20T12:00:00.000Z', width: 640, height: 480, name: `${id}.jpg` },
    predictions: [
      { label: 'glass', confidence: 0.9 },
      { label: 'metal', confidence: 0.1 },
    ],
    timingsMs: { capture: 2, preprocess: 1, infer: 8, decode: 0.1 },
    ...more,
  };
}

export const status = (more: Partial<PipelineStatusMessage> = {}): PipelineStatusMessage => ({
  version: 1,
  thing: 'desk',
  pipeline: 'belt-1',
  at: '2026-11-20T12:00:00.000Z',
  event: { type: 'state' },
  state: 'running',
  model,
  restarts: 0,
  lastFault: undefined,
  counters: { captured: 5, inferred: 4, picturesUnreadable: 1 },
  published: {
    local: 4,
    cloud: 1,
    localFailed: 0,
    cloudFailed: 0,
    localDropped: 0,
    cloudDropped: 0,
    localLimited: 0,
    cloudLimited: 0,
  },
  actions: { done: 0, failed: 0 },
  ...more,
});

import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';
import { documentSchema } from '../../src/config/document.js';
import { createLogger } from '../../src/logger.js';
import type { PipelineState } from '../../src/pipeline/ledger.js';
import type { Fault } from '../../src/pipeline/messages.js';
import { PipelineProcesses } from '../../src/pipeline/processes.js';
import type { PipelineResult } from '../../src/pipeline/result.js';
import type { PipelineSpec } from '../../src/pipeline/spec.js';
import { PipelineSupervisor } from '../../src/pipeline/supervisor.js';

const entry = fileURLToPath(new URL('./fake-process.mjs', import.meta.url));
const logger = createLogger({ name: 'test', level: 'silent' });
export const never: AbortSignal = new AbortController().signal;

/** @param mode what fake-process.mjs makes of the pipeline */
export const fakeSpec = (mode: string, more: object = {}): PipelineSpec =>
  ({
    name: 'belt',
    source: { type: 'images', path: mode, intervalSeconds: 0.1, loop: true },
    process: 'shared',
    model: { sha256: '1' },
    ...more,
  }) as unknown as PipelineSpec;

export interface SupervisedPipeline {
  readonly supervisor: PipelineSupervisor;
  readonly states: PipelineState[];
  readonly results: PipelineResult[];
  /** For which it was called unusable. */
  readonly unusable: Fault[];
}

/** Pipelines with the fake process, which end with the test. */
export function fakePipelines() {
  const running: PipelineSupervisor[] = [];
  let processes = new PipelineProcesses(logger, { entry, limitMs: 1000 });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.stop()));
    processes = new PipelineProcesses(logger, { entry, limitMs: 1000 });
  });
  return (mode: string, supervision: object = {}, more: object = {}): SupervisedPipeline => {
    const [states, results, unusable] = [[], [], []] as [PipelineState[], PipelineResult[], Fault[]];
    const config = documentSchema.parse({ supervision }).supervision;
    const supervisor = new PipelineSupervisor(
      fakeSpec(mode, more),
      { config, processes, logger, keepFrames: 0, phase: 0 },
      {
        onResult: (result) => results.push(result),
        onState: (state) => states.push(state),
        onUnusable: (fault) => unusable.push(fault),
      },
    );
    running.push(supervisor);
    supervisor.start();
    return { supervisor, states, results, unusable };
  };
}

/** Waits until the condition holds; says how the pipelines are where it does not. */
export async function until(condition: () => boolean, ...pipelines: PipelineSupervisor[]): Promise<void> {
  for (let waited = 0; !condition(); waited += 20) {
    if (waited > 15_000) throw new Error(`Still ${JSON.stringify(pipelines.map(({ status }) => status))}`);
    await sleep(20);
  }
}

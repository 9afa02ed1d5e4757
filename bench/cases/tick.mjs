import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createLogger } from '../../dist/logger.js';
import { FrameInference } from '../../dist/pipeline/frame-inference.js';
import { Pipeline } from '../../dist/pipeline/pipeline.js';
import { WatchedSource } from '../../dist/pipeline/watched-source.js';
import { createSource } from '../../dist/sources/index.js';
import { benchConfiguration } from '../configuration.mjs';
import { RecordingTicker } from '../recording-ticker.mjs';
import { rowOf } from '../row.mjs';
import { percentile } from '../statistics.mjs';
import { loadWorkload } from '../workload.mjs';

const bareTicker = fileURLToPath(new URL('../children/bare-ticker.mjs', import.meta.url));
const intervalSeconds = 1;

/** How late the ticks of a pipeline at work are, and those of a process beside it that only ticks. */
export async function run({ progress, seconds }) {
  const { stages, width, height } = await loadWorkload();
  const logger = createLogger({ name: 'bench', level: 'error', stream: 'stderr' });
  const config = benchConfiguration({ intervalSeconds }).pipelines.bench;
  const source = createSource(config.source, { minWidth: width, minHeight: height, logger });
  const ticker = new RecordingTicker(intervalSeconds);
  const faults = [];
  const onFault = (error) => faults.push(error);
  const watched = new WatchedSource(source, config.source, onFault);
  const pipeline = new Pipeline(watched, ticker, new FrameInference(stages), {
    onResult: () => undefined,
    onFault,
  });
  progress(`${seconds} s of a tick each ${intervalSeconds} s`);
  const bare = fork(bareTicker, [String(intervalSeconds), String(seconds)]);
  const bareLateness = once(bare, 'message');
  await pipeline.run(AbortSignal.timeout(seconds * 1000));
  if (faults.length > 0) throw faults[0];
  const [theirs] = await bareLateness;
  const ours = ticker.latenessMs;
  const names = { case: 'tick', peer: 'ticker alone', unit: 'ms' };
  return [
    rowOf({ ...names, subject: 'lateness of a tick' }, ours, theirs),
    rowOf({ ...names, subject: 'lateness of a tick, p99' }, [percentile(ours, 99)], [percentile(theirs, 99)]),
    rowOf({ ...names, subject: 'lateness of the last tick' }, ours.slice(-1), theirs.slice(-1)),
  ];
}

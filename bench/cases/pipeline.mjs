import { fork } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createGreengrassClient } from '../../dist/greengrass/index.js';
import { createLogger } from '../../dist/logger.js';
import { FrameInference } from '../../dist/pipeline/frame-inference.js';
import { Publisher } from '../../dist/publish/index.js';
import { createSource } from '../../dist/sources/index.js';
import { benchConfiguration } from '../configuration.mjs';
import { nativeResult } from '../native-result.mjs';
import { NucleusProcess } from '../nucleus-process.mjs';
import { rowOf } from '../row.mjs';
import { scaledPictures } from '../scaled-pictures.mjs';
import { median } from '../statistics.mjs';
import { loadWorkload } from '../workload.mjs';

const echo = fileURLToPath(new URL('../children/echo.mjs', import.meta.url));
const sizes = [
  [640, 480],
  [1280, 720],
  [1920, 1080],
];
const coldFrames = 10;
const frames = 150;
const stages = ['capture', 'preprocess', 'infer', 'infer, beside the model', 'decode', 'publish', 'answer'];
const logger = createLogger({ name: 'bench', level: 'error', stream: 'stderr' });

/** From the JPEG file to the result in the hands of the SDK, and to the answer of the nucleus, stage by stage, in one process. */
export async function run({ progress }) {
  const nucleus = await NucleusProcess.start();
  const client = createGreengrassClient({ logger, environment: nucleus.environment });
  const model = await loadWorkload();
  const inference = new FrameInference(model.stages);
  try {
    await client.connect({ timeoutMs: 10_000 });
    const rows = [];
    let hopMs;
    for (const size of sizes) {
      progress(`${frames} frames of ${size.join('x')}`);
      const measured = await measureSize(size, { model, inference, client });
      if (hopMs === undefined) {
        hopMs = await measureHop(measured.result);
        rows.push(rowOf({ case: 'pipeline', subject: 'result from process to process', unit: 'ms' }, hopMs));
      }
      rows.push(...rowsOf(size.join('x'), measured, median(hopMs)));
    }
    return rows;
  } finally {
    await client.close();
    await inference.dispose();
    await nucleus.stop();
  }
}

async function measureSize([width, height], { model, inference, client }) {
  const { folder } = await scaledPictures(width, height);
  const config = benchConfiguration({ intervalSeconds: 0, path: folder }).pipelines.bench;
  const source = createSource(config.source, { minWidth: model.width, minHeight: model.height, logger });
  const failures = [];
  const names = { thingName: 'bench', pipeline: 'bench' };
  // Every result goes to the local topic; what IoT Core gets is not part of a frame.
  const publisher = new Publisher({ ...config.publish, cloud: null }, names, client, (error) =>
    failures.push(error),
  );
  const { engine } = model.stages;
  const times = [];
  let result;
  for (let number = 1; number <= coldFrames + frames; number++) {
    const started = performance.now();
    const frame = await source.next(AbortSignal.timeout(60_000));
    result = await inference.infer(frame, performance.now() - started);
    const inferred = performance.now();
    const answer = publisher.publish(nativeResult(result, number), inferred);
    // All of it that is ours has run when its microtasks have: the rest is the SDK's threads' and the nucleus'.
    await setImmediate();
    const published = performance.now();
    await answer;
    const answered = performance.now();
    if (number <= coldFrames) continue;
    times.push({
      ...result.timingsMs,
      'infer, beside the model': result.timingsMs.infer - engine.lastRunMs.model,
      publish: published - inferred,
      answer: answered - published,
      whole: answered - started,
    });
  }
  await source.stop();
  if (failures.length > 0) throw failures[0];
  return { times, result };
}

/** A result's way from a pipeline process to the component: half of there and back. */
async function measureHop(result) {
  const child = fork(echo, [], { serialization: 'advanced' });
  const times = [];
  for (let number = 0; number < coldFrames + frames; number++) {
    const answered = once(child, 'message');
    const started = performance.now();
    child.send({ type: 'result', result });
    await answered;
    times.push((performance.now() - started) / 2);
  }
  child.disconnect();
  await once(child, 'exit');
  return times.slice(coldFrames);
}

function rowsOf(size, { times }, hopMs) {
  const row = (subject, samples) =>
    rowOf({ case: 'pipeline', subject: `${size}, ${subject}`, unit: 'ms' }, samples);
  const of = (stage) => times.map((time) => time[stage]);
  // The model's own run is what the addon saw it take; the rest of `infer` is reducing, conversion, thread and promise.
  const handedOver = times.map(
    ({ whole, infer, answer, 'infer, beside the model': beside }) => whole - infer + beside - answer + hopMs,
  );
  const answered = times.map(({ answer }, index) => handedOver[index] + answer);
  return [
    ...stages.map((stage) => row(stage, of(stage))),
    row('whole frame, to the answer', of('whole')),
    row('without the model’s run', handedOver),
    row('without the model’s run, to the answer', answered),
  ];
}

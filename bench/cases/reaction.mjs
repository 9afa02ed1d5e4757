import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '../../dist/logger.js';
import { DevelopmentNucleus } from '../../dist/nucleus/index.js';
import { ComponentProcess } from '../component-process.mjs';
import { benchDocument } from '../configuration.mjs';
import { rowOf } from '../row.mjs';
import { percentile } from '../statistics.mjs';

const cold = 20;
const wanted = 300;
const gate = 'bench/gate';
const labels = ['cardboard', 'glass', 'metal', 'paper', 'plastic', 'trash'];

/** From the capture of a frame to the message of the rule that it set off, at the nucleus; less the model's own run. */
export async function run({ progress }) {
  const nucleus = new DevelopmentNucleus({ logger: createLogger({ name: 'nucleus', level: 'silent' }) });
  await nucleus.start();
  const state = await mkdtemp(path.join(tmpdir(), 'mli-reaction-'));
  const [gates, results] = [[], []];
  // One clock for both ends: the result says when its frame was captured, in whole milliseconds of the wall clock.
  nucleus.pubsub.subscribe({
    filter: '#',
    component: undefined,
    receivesOwn: true,
    receive: ({ topic, content }) => {
      if (topic === gate) gates.push(performance.timeOrigin + performance.now());
      if (topic.startsWith('mli/predictions/')) results.push(JSON.parse(content.binary.toString('utf8')));
    },
  });
  const document = benchDocument({ intervalSeconds: 0.05 });
  const rule = {
    when: { label: labels, minConfidence: 0 },
    do: [{ type: 'topic', topic: gate, message: 1 }],
  };
  document.pipelines.bench.rules = [rule];
  const operations = ['aws.greengrass#PublishToTopic', 'aws.greengrass#SubscribeToTopic'];
  const { environment } = await nucleus.addComponent({
    name: 'mli.Inference',
    configuration: document,
    accessControl: { 'aws.greengrass.ipc.pubsub': { all: { operations, resources: ['*'] } } },
  });
  const component = new ComponentProcess({ environment }, state);
  try {
    progress(`${wanted} frames, 20 a second`);
    const enough = async () => {
      while (results.length < cold + wanted || gates.length < cold + wanted) await sleep(50);
    };
    await Promise.race([enough(), component.failure]);
    // Every frame sets the rule off, and both topics keep their order.
    const times = results
      .slice(cold, cold + wanted)
      .map(({ frame, timingsMs }, n) => gates[cold + n] - Date.parse(frame.capturedAt) - timingsMs.infer);
    return [
      rowOf(
        { case: 'reaction', subject: 'capture → actuator message, without the model’s run', unit: 'ms' },
        times,
      ),
      rowOf({ case: 'reaction', subject: 'the same, p99', unit: 'ms' }, [percentile(times, 99)]),
    ];
  } finally {
    await component.stop();
    await nucleus.stop();
    await rm(state, { recursive: true, force: true });
  }
}

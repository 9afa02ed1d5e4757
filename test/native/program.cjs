// A process of its own for what cannot be seen from within: exits, worker threads, garbage collection.
//   node program.cjs <scenario> <addon> <load options as JSON>
// Each scenario prints "done" when it has got as far as it should; it fails by its exit code or by not printing it.
const { isMainThread, Worker, parentPort, workerData } = require('node:worker_threads');

const input = { tensors: { seed: { dtype: 'float32', shape: [1], data: Float32Array.of(1) } } };
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const [, , scenario, addon, json] = process.argv;
const options = JSON.parse(json);
const { Model, shutdown } = require(addon);
// As src/engines/native/binding.ts does it.
process.once('exit', shutdown);

const worker = (task) => new Worker(__filename, { argv: process.argv.slice(2), workerData: task });
const ended = (thread) =>
  new Promise((resolve, reject) => thread.once('exit', resolve).once('error', reject));

async function runningModel() {
  const model = await Model.load(options);
  await model.run(input);
  const run = model.run(input);
  void model.run(input);
  return { model, run };
}

const scenarios = {
  async 'ends by itself without dispose()'() {
    await runningModel();
  },
  async 'exits while running'() {
    await runningModel();
    await sleep(20);
    console.log('done');
    process.exit(0);
  },
  async 'exits while loading'() {
    void Model.load(options);
    process.exit(0);
  },
  async 'throws while running'() {
    await runningModel();
    console.log('done');
    throw new Error('uncaught');
  },
  async 'refuses after the end'() {
    const { model, run } = await runningModel();
    await run;
    process.once('exit', () => {
      const state = model.getState();
      model.run(input).catch(() => {});
      Model.load(options).catch(() => {});
      void model.dispose();
      console.log(state === 'disposed' ? 'done' : state);
    });
    process.exit(0);
  },
  async 'loads and unloads in worker threads'() {
    for (let round = 0; round < 3; round++) {
      const codes = await Promise.all([worker('complete'), worker('complete'), worker('leave')].map(ended));
      if (codes.join() !== '0,0,0') throw new Error(`workers ended with ${codes.join()}`);
    }
    const { model, run } = await runningModel();
    await run;
    await model.dispose();
  },
  async 'terminates a worker thread while it runs'() {
    for (let round = 0; round < 3; round++) {
      const thread = worker('run until terminated');
      await new Promise((resolve) => thread.once('message', resolve));
      await thread.terminate();
    }
  },
  async 'exits while worker threads run'() {
    const threads = [worker('run until terminated'), worker('run until terminated')];
    await Promise.all(threads.map((thread) => new Promise((resolve) => thread.once('message', resolve))));
    console.log('done');
    process.exit(0);
  },
  // The input of a run that waits is referenced by nobody but the run.
  async 'keeps the input of a run that waits'() {
    const model = await Model.load(options);
    const runs = [];
    for (let i = 0; i < 8; i++)
      runs.push(model.run({ tensors: { seed: { ...input.tensors.seed, data: Float32Array.of(1) } } }));
    const others = [];
    for (let i = 0; i < 200; i++) {
      globalThis.gc();
      for (let k = 0; k < 50; k++) others.push(new Float32Array(new ArrayBuffer(4)).fill(0.5));
      if (others.length > 1000) others.length = 0;
      await sleep(0);
    }
    for (const [output] of await Promise.all(runs))
      if (output.data[0] !== 1) throw new Error(`${output.data[0]} came out`);
  },
  // A model that nobody disposed of is deleted when it is collected, and its thread takes the next one.
  async 'collects forgotten models'() {
    const threads = () => require('node:fs').readdirSync('/proc/self/task').length;
    const before = threads();
    for (let i = 0; i < 30; i++) {
      await Model.load(options);
      globalThis.gc();
      await sleep(1);
    }
    for (let wait = 0; wait < 100 && threads() > before + 5; wait++) await sleep(10);
    if (threads() > before + 5) throw new Error(`${threads() - before} threads were left`);
  },
};

const tasks = {
  async complete() {
    const { model, run } = await runningModel();
    await run;
    await model.dispose();
  },
  async leave() {
    await runningModel();
  },
  async 'run until terminated'() {
    const model = await Model.load(options);
    parentPort.postMessage('running');
    for (;;) await model.run(input);
  },
};

(isMainThread ? scenarios[scenario] : tasks[workerData])().then(() => isMainThread && console.log('done'));

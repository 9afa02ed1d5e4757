// A pipeline on a real RTSP server that is killed for 10 s or frozen for 60 s, again and again: prints for each cycle when results
// were back after the server was, and what the pipeline's process holds. Fails above the limits. Takes about 15 minutes.
//   node bench/soak-rtsp.mjs [--cycles 20] [--frozen-every 5]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseConfiguration } from '../dist/config/index.js';
import { createLogger } from '../dist/logger.js';
import { specOf } from '../dist/pipeline/spec.js';
import { PipelineProcesses } from '../dist/pipeline/processes.js';
import { PipelineSupervisor } from '../dist/pipeline/supervisor.js';

const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '20' },
    'frozen-every': { type: 'string', default: '5' },
  },
});
const cycles = Number(values.cycles);
const frozenEvery = Number(values['frozen-every']);
const limits = { backSeconds: 20, growth: 0.05, handles: 4 };

const root = fileURLToPath(new URL('..', import.meta.url));
const port = await freePort();
let server = await startServer();
const configuration = parseConfiguration(
  {
    models: { 'waste-sorter': { source: { type: 'package', path: `${root}models/waste-sorter` } } },
    pipelines: {
      camera: {
        source: { type: 'rtsp', url: `rtsp://127.0.0.1:${port}/camera`, intervalSeconds: 1 },
        model: 'waste-sorter',
      },
    },
  },
  'the soak',
);
const model = { folder: `${root}models/waste-sorter`, allowUnpinned: false };
const spec = specOf('camera', configuration.pipelines.camera, model, configuration.dlr);
let results = 0;
const logger = createLogger({ name: 'soak', level: 'warn', stream: 'stderr' });
const processes = new PipelineProcesses(logger);
const supervisor = new PipelineSupervisor(
  spec,
  { config: configuration.supervision, processes, logger, keepFrames: 0, phase: 0 },
  { onResult: () => results++ },
);
supervisor.start();
await nextResult(60);
await sleep(10_000);
const { pid } = supervisor.status;
const rows = [];
try {
  for (let cycle = 1; cycle <= cycles; cycle++) {
    const isFrozen = cycle % frozenEvery === 0;
    if (isFrozen) {
      server.kill('SIGSTOP');
      await sleep(60_000);
      server.kill('SIGCONT');
    } else {
      server.kill('SIGKILL');
      await sleep(10_000);
      server = await startServer();
    }
    const backSeconds = await nextResult(120);
    await sleep(5_000);
    const row = { cycle, fault: isFrozen ? 'frozen 60 s' : 'killed 10 s', backSeconds, ...held(pid) };
    rows.push(row);
    console.log(
      `${String(cycle).padStart(3)}  ${row.fault}  back after ${backSeconds.toFixed(1).padStart(5)} s  ${row.megabytes.toFixed(0)} MB  ${row.handles} handles  ${row.children} children`,
    );
  }
} finally {
  const { counters, restarts, source } = supervisor.status;
  console.log(JSON.stringify({ results, restarts, source, counters }));
  await supervisor.stop();
  server.kill('SIGKILL');
}

const worst = Math.max(...rows.map(({ backSeconds }) => backSeconds));
// The first cycles warm up: allocator, thread pool, caches of the loader.
const early = Math.max(...rows.slice(2, 6).map(({ megabytes }) => megabytes));
const late = Math.max(...rows.slice(-4).map(({ megabytes }) => megabytes));
const handles = rows.at(-1).handles - rows[0].handles;
console.log(
  `worst ${worst.toFixed(1)} s (limit ${limits.backSeconds}), memory ${early.toFixed(0)} → ${late.toFixed(0)} MB, handles ${handles >= 0 ? '+' : ''}${handles}, one process: ${supervisor.status.restarts === 0}`,
);
if (worst > limits.backSeconds || late > early * (1 + limits.growth) || handles > limits.handles)
  process.exitCode = 1;

async function startServer() {
  const child = spawn('/usr/bin/python3', [`${root}test/sources/rtsp_server.py`, String(port), '640x360'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

/** Seconds until another result comes. */
async function nextResult(limitSeconds) {
  const [before, started] = [results, performance.now()];
  while (results === before) {
    if (performance.now() - started > limitSeconds * 1000)
      throw new Error(`no result within ${limitSeconds} s`);
    await sleep(50);
  }
  return (performance.now() - started) / 1000;
}

function held(process) {
  // Not Pss: it grows when other processes that share the program's pages end.
  const memory = /^Anonymous:\s+(\d+) kB/m.exec(readFileSync(`/proc/${process}/smaps_rollup`, 'utf8'));
  const children = readFileSync(`/proc/${process}/task/${process}/children`, 'utf8').trim().split(' ').length;
  return {
    megabytes: Number(memory[1]) / 1024,
    handles: readdirSync(`/proc/${process}/fd`).length,
    children,
  };
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port: free } = probe.address();
  probe.close();
  await once(probe, 'close');
  return free;
}

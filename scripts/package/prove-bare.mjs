#!/usr/bin/env node
// Proves that the archives need nothing but what the documentation says: runs them in a bare Debian 12, as a user without rights.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SetupFailure } from '../setup/failure.mjs';
import { repositoryRoot } from '../setup/paths.mjs';
import { BareSystem } from './bare-system.mjs';
import { main as buildComponents } from './cli.mjs';
import { COMPONENTS } from './components.mjs';
import { DeskNucleus } from './desk-nucleus.mjs';
import { DeviceFolder } from './device.mjs';
import { reportProofFailure } from './proof-failure.mjs';

const VERSION = '0.1.0';
const USER = 'ggc_user';
const FRAMES = '/srv/frames';
const GATE = 'line1/gate';
const RESULTS = 5;
/** A component that is asked to end has so long. */
const STOP_LIMIT_SECONDS = 15;

const HELP = `Usage: node scripts/package/prove-bare.mjs [--frames FOLDER] [--local FOLDER] [--system FOLDER] [--mirror ADDRESS]

Makes a bare Debian 12 (debootstrap, minbase and libstdc++6) in a temporary folder, lays out the amd64 archives as a nucleus does,
runs the recipes' own steps in it as a user without rights, against the development nucleus, and waits for results that another
client receives. Needs root.

  --frames FOLDER   pictures for the pipeline (default: samples/belt)
  --local FOLDER    what "build-component.mjs --local ${VERSION} --out FOLDER" made (default: made now)
  --mirror ADDRESS  Debian mirror (default: that of this machine's apt)
  --system FOLDER   where the bare system is made, or was made before (default: in a temporary folder that is removed)
`;

const say = (line) => console.log(line);

async function prove(options) {
  const work = mkdtempSync(join(tmpdir(), 'mli-bare-'));
  const local = options.local ?? join(work, 'local');
  const system = new BareSystem(options.system ?? join(work, 'root'));
  const nucleus = new DeskNucleus(repositoryRoot, join(system.folder, 'run', 'nucleus', 'ipc.socket'));
  try {
    if (!options.local) {
      const code = await buildComponents(['--local', VERSION, '--out', local, '--platform', 'linux-x64']);
      if (code !== 0) throw new SetupFailure('the archives could not be built');
    }
    if (!system.isMade) await system.make({ mirror: options.mirror, log: join(work, 'debootstrap.log') });
    const user = system.addUser(USER);
    say(
      `system     Debian ${readFileSync(join(system.folder, 'etc/debian_version'), 'utf8').trim()}, ${packageCount(system)} packages; node: ${has(system, 'node')}, npm: ${has(system, 'npm')}, gcc: ${has(system, 'gcc')}, python3: ${has(system, 'python3')}`,
    );

    const device = new DeviceFolder(system.folder, '/greengrass/v2');
    const components = [];
    for (const name of Object.keys(COMPONENTS))
      components.push(await device.install(local, name, VERSION, 'amd64'));
    device.giveWorkTo(user.uid, user.gid, chownSync);
    for (const { name, install } of components.filter((one) => one.install))
      await step(system, name, device, install);
    const config = join(work, 'belt.json');
    writeFileSync(config, JSON.stringify(await beltConfiguration(device.registrations())));

    const variables = await nucleus.start(join(repositoryRoot, 'recipes/mli.Inference.yaml'), config, user);
    const component = components.find((one) => one.run);
    await run(
      system,
      nucleus,
      device,
      component,
      { ...variables, [SOCKET]: '/run/nucleus/ipc.socket' },
      options.frames,
      work,
    );
  } finally {
    nucleus.stop();
    rmSync(work, { recursive: true, force: true });
  }
}

const SOCKET = 'AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT';

const packageCount = ({ folder }) =>
  readdirSync(join(folder, 'var/lib/dpkg/info')).filter((name) => name.endsWith('.list')).length;

function has({ folder }, program) {
  const places = ['usr/bin', 'usr/local/bin'].flatMap((place) => readdirSync(join(folder, place)));
  return places.includes(program) ? 'there' : 'absent';
}

async function step(system, name, device, script) {
  const child = system.start(script, { user: USER, cwd: device.work(name), env: {} });
  const [code, signal] = await once(child, 'exit');
  if (code !== 0)
    throw new SetupFailure(`the install step of ${name} ended with ${signal ?? `code ${code}`}`);
}

/** The demo's configuration as a device has it: the model by its component, the library that was registered, the mounted frames. */
async function beltConfiguration(registrations) {
  const { parse } = await import('yaml');
  const belt = parse(readFileSync(join(repositoryRoot, 'samples/belt.yaml'), 'utf8'));
  const model = registrations.find((one) => one.kind === 'model' && one.name === 'waste-sorter');
  const runtime = registrations.find((one) => one.kind === 'runtime' && one.name === 'dlr');
  if (!model || !runtime) throw new SetupFailure('the components did not register a model and a runtime');
  belt.models['waste-sorter'].source = { type: 'package', component: model.component };
  belt.dlr = { library: `${runtime.folder}/libdlr.so` };
  belt.pipelines['belt-1'].source = { ...belt.pipelines['belt-1'].source, path: FRAMES };
  // The recipe allows the topics of the defaults; those of one's own rules come with the deployment.
  const right = { operations: ['aws.greengrass#PublishToTopic'], resources: [GATE] };
  belt.accessControl = { 'aws.greengrass.ipc.pubsub': { 'mli.Inference:pubsub:gate': right } };
  return belt;
}

async function run(system, nucleus, device, { name, run: script }, env, frames, work) {
  const log = join(work, 'component.log');
  const startedAt = performance.now();
  const child = system.start(script, {
    user: USER,
    cwd: device.work(name),
    env,
    mounts: { [FRAMES]: frames },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  const exited = once(child, 'exit');
  const isResult = ({ topic }) => topic.startsWith('mli/predictions/');
  try {
    const early = exited.then(([code, signal]) => {
      throw new SetupFailure(`the component ended by itself with ${signal ?? `code ${code}`}`);
    });
    await Promise.race([nucleus.received(RESULTS, isResult, 120), early]);
    await Promise.race([nucleus.received(1, ({ topic }) => topic === GATE, 60), early]);
  } catch (error) {
    child.kill('SIGKILL');
    error.tail = output.split('\n').slice(-20);
    throw error;
  } finally {
    writeFileSync(log, output);
  }
  const results = nucleus.messages.filter(isResult);
  say(
    `results    ${results.length} on ${results[0].topic}, the first after ${((results[0].at - startedAt) / 1000).toFixed(1)} s`,
  );
  for (const { message } of results.slice(0, 3)) say(`           ${resultText(message)}`);
  const gates = nucleus.messages.filter(({ topic }) => topic === GATE);
  say(`actions    ${gates.length} on ${GATE}, the first: ${JSON.stringify(gates[0].message)}`);
  say(`processes  ${processes(child.pid).join('; ')}`);

  const askedAt = performance.now();
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_SECONDS * 1000);
  const [code, signal] = await exited;
  clearTimeout(killer);
  say(
    `stop       ${signal ?? `code ${code}`} ${((performance.now() - askedAt) / 1000).toFixed(1)} s after SIGTERM`,
  );
  if (code !== 0)
    throw new SetupFailure(
      `the component ended with ${signal ?? `code ${code}`} on SIGTERM, expected code 0 within ${STOP_LIMIT_SECONDS} s`,
    );
}

const resultText = ({ frame, predictions, model, timingsMs }) =>
  `frame ${frame.id} ${frame.name ?? ''}: ${predictions[0].label} ${predictions[0].confidence.toFixed(2)}, ${model.name} ${model.version} by ${model.runtime}, infer ${timingsMs.infer.toFixed(1)} ms`;

/** The process and its children: user, memory, command. */
function processes(pid) {
  const columns = ['-o', 'pid=,euser=,pss=,comm='];
  const lines = (args) =>
    execFileSync('ps', [...columns, ...args], { encoding: 'utf8' })
      .trim()
      .split('\n');
  return [...lines(['-p', String(pid)]), ...lines(['--ppid', String(pid)])].map((line) => {
    const [, user, pss, command] = line.trim().split(/\s+/);
    return `${command} as ${user}, ${Math.round(Number(pss) / 1024)} MB (PSS)`;
  });
}

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: join(repositoryRoot, 'samples/belt') },
    local: { type: 'string' },
    mirror: { type: 'string' },
    system: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
} else {
  try {
    const folders = Object.entries(values).filter(([name, value]) => name !== 'mirror' && value);
    await prove({
      mirror: values.mirror,
      ...Object.fromEntries(folders.map(([name, folder]) => [name, resolve(folder)])),
    });
    say('proved     the archives run on a bare Debian 12, without rights');
  } catch (error) {
    reportProofFailure(error);
  }
}

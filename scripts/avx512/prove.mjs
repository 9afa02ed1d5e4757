#!/usr/bin/env node
// Proves the AVX-512 target of the classifier that ships where no such processor is at hand: in an emulated machine that has one.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BareSystem, requireDebootstrap, requireRoot } from '../package/bare-system.mjs';
import { main as buildComponents } from '../package/cli.mjs';
import { DeviceFolder } from '../package/device.mjs';
import { reportProofFailure } from '../package/proof-failure.mjs';
import { SetupFailure } from '../setup/failure.mjs';
import { libdlrPath, repositoryRoot } from '../setup/paths.mjs';
import { endTools, runTool } from '../setup/tool.mjs';
import { makeBootDisc, requireDiscTools } from './boot-disc.mjs';
import {
  EmulatedMachine,
  INSTRUCTIONS_PER_SECOND,
  requireBochs,
  requireProcessor,
} from './emulated-machine.mjs';
import { Guest, GuestLog, SCRIPT } from './guest.mjs';
import { judge } from './judgement.mjs';
import { COMPONENTS, HELP, MODEL, VERSION, readOptions } from './options.mjs';

const modelFolder = join(repositoryRoot, 'models', MODEL);
/** Of the disk, for what the guest writes. */
const ROOM_MEGABYTES = 200;
/** Exit code after a signal. */
const STOPPED = 130;
/** So long has a tool that is asked to end: debootstrap unmounts what it has mounted. */
const END_LIMIT_MS = 3000;

const say = (line) => console.log(line);

async function prove(options, steps) {
  requireHost(options);
  const temporary = makeTemporary();
  const work = options.keep ?? temporary;
  const log = join(work, 'tools.log');
  const local = options.local ?? join(work, 'local');
  if (!options.local) {
    const code = await buildComponents(['--local', VERSION, '--out', local, '--platform', 'linux-x64']);
    if (code !== 0) throw new SetupFailure('the archives could not be built');
  }
  const system = new BareSystem(options.system ?? join(temporary, 'root'));
  if (!system.isMade) await system.make({ mirror: options.mirror, log });
  const places = await layOut(system, local);
  const guest = new Guest(system.folder);
  const checksums = await addSteps(guest, places, steps, temporary);
  guest.write();

  const machine = new EmulatedMachine({
    folder: work,
    processor: options.processor,
    disk: await makeDisk(system.folder, join(work, 'disk.img'), log),
    disc: await makeBootDisc({ folder: join(temporary, 'boot'), script: SCRIPT, log }),
  });
  say(`machine    ${options.processor} in Bochs: Debian boots in some minutes, nothing is seen meanwhile`);
  const results = new GuestLog({
    began: (name) => say(`${name.padEnd(10)} ...`),
    ended: (name, code, seconds) =>
      say(
        `${name.padEnd(10)} code ${code}, ${((seconds * INSTRUCTIONS_PER_SECOND) / 1e9).toFixed(1)} billion instructions since Linux began`,
      ),
  });
  const exit = await machine.run({
    onLine: (line) => results.add(line),
    limitMinutes: options.limitMinutes,
  });
  if (!results.isDone)
    throw new SetupFailure(`the emulated machine ended early (${exit})`, { tail: machine.tail() });
  for (const line of judge(results.steps, steps, readManifest(), checksums)) say(line);
}

/** @throws {SetupFailure} that names what this machine lacks, before anything is made */
function requireHost({ system, processor }) {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new SetupFailure(`this machine is ${process.platform}-${process.arch}`, {
      remedy: 'run it on Debian on an x86_64 host: the parts are made for one',
    });
  requireRoot();
  requireBochs();
  requireProcessor(processor);
  requireDiscTools();
  if (system === undefined || !new BareSystem(system).isMade) requireDebootstrap();
}

/** A folder that goes when this process ends, however it does. Tools that are still at work in it end first. */
function makeTemporary() {
  const folder = mkdtempSync(join(tmpdir(), 'mli-avx512-'));
  process.once('exit', () => {
    endTools();
    rmSync(folder, { recursive: true, force: true, maxRetries: 8, retryDelay: 100 });
  });
  return folder;
}

/** Lays the archives out as a nucleus does. @returns where the guest finds what it runs */
async function layOut(system, local) {
  const device = new DeviceFolder(system.folder, '/greengrass/v2');
  for (const name of COMPONENTS) await device.install(local, name, VERSION, 'amd64');
  const unpacked = (component, archive) =>
    `${device.root}/packages/artifacts-unarchived/${component}/${VERSION}/${archive}`;
  const inference = unpacked('mli.Inference', 'greengrass-mli-linux-x64');
  const library = `${unpacked('mli.runtime.DLR', 'mli-runtime-dlr-linux-x64')}/libdlr.so`;
  return {
    mli: ['env', `MLI_LIBDLR=${library}`, `${inference}/bin/node`, `${inference}/dist/main.js`],
    library,
    model: `${unpacked('mli.model.WasteSorter', 'mli-model-waste-sorter')}/${MODEL}`,
  };
}

/** @returns {Promise<Map<string, string>>} checksums of what the targets compute on this machine, if they are asked for and run here */
async function addSteps(guest, { mli, library, model }, steps, temporary) {
  let checksums = new Map();
  guest.addStep('processor', ['grep', '-m1', '^flags', '/proc/cpuinfo']);
  for (const step of steps) {
    if (step === 'count') {
      checksums = await addCounts(guest, { library, model }, temporary);
    } else if (step === 'infer') {
      const picture = guest.addFile(join(repositoryRoot, 'samples/belt/01-glass.jpg'));
      guest.addStep('infer', [...mli, 'infer', picture, '--model', model, '--json']);
    } else {
      guest.addStep(step, [...mli, 'model', step, model, '--json']);
    }
  }
  return checksums;
}

/** The loop in C with each DLR target: in the guest, and at once on this machine where its processor can. */
async function addCounts(guest, { library, model }, temporary) {
  const { buildDlrLoop, startDlrLoop } = await import('../../bench/dlr-loop.mjs');
  const { readyTensor } = await import('../../bench/workload.mjs');
  const { input, targets } = readManifest();
  const data = join(temporary, 'input.bin');
  writeFileSync(data, readyTensor(input.shape).data);
  const program = await buildDlrLoop();
  const [programInside, dataInside] = [guest.addFile(program), guest.addFile(data)];
  const features = readFileSync('/proc/cpuinfo', 'utf8').split(/\s+/);
  const checksums = new Map();
  for (const { name, path, platform } of targets.filter(({ runtime }) => runtime === 'dlr')) {
    // The first run maps memory; the second is what all later ones are.
    guest.addStep(`count:${name}`, [programInside, library, `${model}/${path}`, dataInside, '1'], {
      input: '2\n',
    });
    if (!platform.cpuFeatures.every((feature) => features.includes(feature))) continue;
    const loop = startDlrLoop(program, libdlrPath(), join(modelFolder, path), data);
    checksums.set(name, (await loop.ask(1)).checksum);
    await loop.stop();
  }
  return checksums;
}

async function makeDisk(folder, disk, log) {
  const size = '$(($(du --summarize --block-size=1M "$1" | cut -f1) * 11 / 10 + $2))M';
  const script = `rm -f "$3"; mke2fs -q -t ext4 -O ^has_journal -d "$1" "$3" "${size}"`;
  await runTool('sh', ['-ec', script, 'sh', folder, String(ROOM_MEGABYTES), disk], {
    log,
    append: true,
    remedy: 'apt-get install -y e2fsprogs',
  });
  return disk;
}

const readManifest = () => JSON.parse(readFileSync(join(modelFolder, 'model.json'), 'utf8'));

for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    console.error(`not proved: stopped by ${signal}`);
    process.exitCode = STOPPED;
    endTools();
    setTimeout(() => process.exit(), END_LIMIT_MS).unref();
  });
}
try {
  const { help, options, steps } = readOptions(process.argv.slice(2));
  if (help) {
    process.stdout.write(HELP);
  } else {
    await prove(options, steps);
    say(`proved     ${MODEL} on an emulated processor with AVX-512`);
  }
} catch (error) {
  // What fails after a signal fails because of it.
  if (process.exitCode !== STOPPED) reportProofFailure(error);
}

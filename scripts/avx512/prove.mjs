#!/usr/bin/env node
// Proves the AVX-512 target of the classifier that ships where no such processor is at hand: in an emulated machine that has one.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { BareSystem } from '../package/bare-system.mjs';
import { main as buildComponents } from '../package/cli.mjs';
import { DeviceFolder } from '../package/device.mjs';
import { SetupFailure } from '../setup/failure.mjs';
import { libdlrPath, repositoryRoot } from '../setup/paths.mjs';
import { endTools, runTool } from '../setup/tool.mjs';
import { makeBootDisc, requireDiscTools } from './boot-disc.mjs';
import { EmulatedMachine, INSTRUCTIONS_PER_SECOND, requireBochs } from './emulated-machine.mjs';
import { Guest, GuestLog, SCRIPT } from './guest.mjs';
import { judge } from './judgement.mjs';

const VERSION = '0.1.0';
const MODEL = 'waste-sorter';
const COMPONENTS = ['mli.Inference', 'mli.runtime.DLR', 'mli.model.WasteSorter'];
const modelFolder = join(repositoryRoot, 'models', MODEL);
/** Of the disk, for what the guest writes. */
const ROOM_MEGABYTES = 200;

const HELP = `Usage: node scripts/avx512/prove.mjs [--processor MODEL] [--local FOLDER] [--system FOLDER] [--mirror ADDRESS]
                                   [--limit MINUTES] [--keep FOLDER] [STEP ...]

Makes a bare Debian 12 with the amd64 archives, boots it in Bochs on an emulated processor with AVX-512, and runs there:

  count    one inference in a loop in C, with each DLR target of ${MODEL}: how many instructions it takes
  verify   the golden samples on every target ("mli model verify")
  explain  which target the product chooses ("mli model explain")
  infer    a picture of samples/belt ("mli infer")

Without steps: all of them, in about an hour. Times in the emulated machine mean instructions, not speed. Needs root, Debian,
and 3 GB of memory.

  --processor MODEL of "bochs --help cpu" (default: corei7_skylake_x)
  --local FOLDER    what "build-component.mjs --local ${VERSION} --out FOLDER" made (default: made now)
  --system FOLDER   where the bare system is made, or was made before (default: in a temporary folder that is removed)
  --mirror ADDRESS  Debian mirror (default: that of this machine's apt)
  --limit MINUTES   most that the emulated machine may take (default: 180)
  --keep FOLDER     where the machine's disk and logs stay (default: in a temporary folder that is removed)
`;

const STEPS = ['count', 'verify', 'explain', 'infer'];

const say = (line) => console.log(line);

async function prove(options, steps) {
  requireBochs();
  requireDiscTools();
  const temporary = mkdtempSync(join(tmpdir(), 'mli-avx512-'));
  const work = options.keep ?? temporary;
  const log = join(work, 'tools.log');
  try {
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
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
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

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        processor: { type: 'string', default: 'corei7_skylake_x' },
        local: { type: 'string' },
        system: { type: 'string' },
        mirror: { type: 'string' },
        limit: { type: 'string', default: '180' },
        keep: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new SetupFailure(error.message, { remedy: 'see --help', cause: error });
  }
}

/** @throws {SetupFailure} that names the value and the rule */
function checked({ limit, keep, local, system, processor, mirror }, steps) {
  const unknown = steps.filter((step) => !STEPS.includes(step));
  if (unknown.length > 0)
    throw new SetupFailure(`there is no step ${unknown.join(', ')}`, {
      remedy: `choose from ${STEPS.join(', ')}`,
    });
  const limitMinutes = Number(limit);
  if (!(limitMinutes > 0))
    throw new SetupFailure(`--limit ${limit} is not a number of minutes above 0`, {
      remedy: 'for example --limit 180',
    });
  const folders = Object.entries({ keep, local, system }).filter(([, folder]) => folder !== undefined);
  return {
    processor,
    mirror,
    limitMinutes,
    ...Object.fromEntries(folders.map(([name, folder]) => [name, resolve(folder)])),
  };
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    endTools();
    process.exit(130);
  });
}
try {
  const { values, positionals } = readArguments();
  if (values.help) {
    process.stdout.write(HELP);
  } else {
    const steps = positionals.length > 0 ? positionals : STEPS;
    await prove(checked(values, steps), steps);
    say(`proved     ${MODEL} on an emulated processor with AVX-512`);
  }
} catch (error) {
  if (!(error instanceof SetupFailure)) throw error;
  for (const line of error.tail) console.error(`    ${line}`);
  console.error(`not proved: ${error.message}`);
  if (error.remedy) console.error(`  what to do: ${error.remedy}`);
  process.exitCode = 1;
}

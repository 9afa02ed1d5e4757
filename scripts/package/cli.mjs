import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { failureText } from '../setup/cli.mjs';
import { SetupFailure } from '../setup/failure.mjs';
import { lockCache } from '../setup/lock.mjs';
import { machine } from '../setup/machine.mjs';
import { npm } from '../setup/npm.mjs';
import { cacheDir, repositoryRoot } from '../setup/paths.mjs';
import { Report } from '../setup/report.mjs';
import { runSteps } from '../setup/sequence.mjs';
import { endTools } from '../setup/tool.mjs';
import { buildForGdk, buildLocally } from './build.mjs';
import { COMPONENTS } from './components.mjs';
import { PLATFORMS, platformsOf } from './platforms.mjs';
import { canBuildFor } from './prerequisites.mjs';

const HELP = `Usage: node scripts/build-component.mjs [options]
       node scripts/build-component.mjs --local VERSION --out FOLDER [--component NAME ...] [options]

Without --local: builds the component whose gdk-config.json is in this folder, as "gdk component build" asks for it:
greengrass-build/recipes and greengrass-build/artifacts/NAME/VERSION. With --local: a folder of recipes and artifacts with that
version for "greengrass-cli deployment create" and "ggl-cli deploy".

  --platform ID,...  ${PLATFORMS.map(({ id }) => id).join(', ')} (default: MLI_PLATFORMS, else all that this machine can build for)
  --clean            remove what was built before, as GDK does
  --component NAME   with --local, one of ${Object.keys(COMPONENTS).join(', ')} (repeatable; default: all)
  --help             this text

MLI_CACHE_DIR      where OpenCV, opencv4nodejs and Node are kept between builds (default: ~/.cache/greengrass-mli)
MLI_LIBDLR_ARM64   path of a libdlr.so for arm64 to put into mli.runtime.DLR; MLI_LIBDLR_X64 replaces the published one
`;

const say = (line) => process.stderr.write(`${line}\n`);

/**
 * @param {readonly string[]} argv without node and the script
 * @returns {Promise<number>} the exit code: 0, 1 when the build failed, 2 when the arguments are wrong
 */
export async function main(argv) {
  let options;
  try {
    options = readOptions(argv);
  } catch (error) {
    say(`build-component: ${error.message}\n\n${HELP}`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const report = new Report(`building for ${options.platforms.map(({ id }) => id).join(' and ')}`);
  const setup = {
    root: repositoryRoot,
    cache: cacheDir(),
    arch: process.arch,
    purpose: 'build',
    forced: new Set(),
    report,
  };
  process.once('SIGINT', () => endTools());
  process.once('SIGTERM', () => endTools());
  try {
    await runSteps([machine, npm], setup, (onWait) => lockCache(setup.cache, onWait));
    for (const line of options.remarks) say(line);
    if (options.local === undefined) await buildForGdk(setup, process.cwd(), { ...options, say });
    else await buildLocally(setup, { ...options, version: options.local, say });
    return 0;
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error;
    error.step ??= 'packaging';
    process.stderr.write(failureText(error, 'build'));
    return 1;
  }
}

/**
 * @param {readonly string[]} argv
 * @throws {Error} that names the argument, the rule and the choices
 */
export function readOptions(argv, env = process.env) {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      platform: { type: 'string' },
      clean: { type: 'boolean', default: false },
      local: { type: 'string' },
      out: { type: 'string' },
      component: { type: 'string', multiple: true, default: Object.keys(COMPONENTS) },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { clean, local, help } = values;
  if (local !== undefined && !/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(local)) {
    throw new Error(`--local is “${local}”, expected a version such as 1.0.0`);
  }
  if ((local === undefined) !== (values.out === undefined)) throw new Error('--local and --out go together');
  const unknown = values.component.find((name) => !(name in COMPONENTS));
  if (unknown !== undefined) {
    throw new Error(`--component is “${unknown}”, expected one of ${Object.keys(COMPONENTS).join(', ')}`);
  }
  return {
    ...choosePlatforms(values.platform ?? env.MLI_PLATFORMS),
    clean,
    local,
    out: resolve(values.out ?? '.'),
    names: values.component,
    help,
  };
}

function choosePlatforms(list) {
  if (list) return { platforms: platformsOf(list), remarks: [] };
  const platforms = PLATFORMS.filter(({ arch }) => canBuildFor(arch));
  const missing = PLATFORMS.filter((platform) => !platforms.includes(platform)).map(({ id }) => id);
  const remark = `${missing.join(', ')} is left out: there is no cross compiler and emulator for it (--platform ${missing.join()} says what to install)`;
  return { platforms, remarks: missing.length > 0 ? [remark] : [] };
}

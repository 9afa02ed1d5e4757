import { homedir } from 'node:os';
import { parseArgs } from 'node:util';
import { PACKAGES } from './apt.mjs';
import { SetupFailure } from './failure.mjs';
import { lockCache } from './lock.mjs';
import { cacheDir, repositoryRoot } from './paths.mjs';
import { elapsedText, Report } from './report.mjs';
import { asFailure, runSteps, workOf } from './sequence.mjs';
import { STEPS } from './steps.mjs';
import { endTools } from './tool.mjs';

const PURPOSES = Object.keys(PACKAGES).filter((name) => name !== 'always');
const NAMES = STEPS.map((step) => step.name);

const HELP = `Usage: node scripts/setup.mjs [--for ${PURPOSES.join('|')}] [options]

Readies this machine and this checkout: Debian and npm packages, the DLR runtime library, a small static OpenCV,
opencv4nodejs on it, the DLR addon, and the compiled TypeScript. Does only what is missing, and checks each result by using it.

  --for PURPOSE     what comes next (default: build)
  --dry-run         say what is missing and would be done; change nothing
  --only STEP,...   these steps alone, in their usual order
  --force STEP,...  do these steps again although they are done
  --help            this text

Steps: ${NAMES.join(', ')}.

MLI_CACHE_DIR     where downloads and builds are kept for all checkouts (default: ~/.cache/greengrass-mli)
MLI_LIBDLR        path of a libdlr.so to use in place of the set-up's own
`;

/**
 * @param {readonly string[]} argv without node and the script
 * @returns {Promise<number>} the exit code: 0, 1 when a step failed, 2 when the arguments are wrong
 */
export async function main(argv) {
  let options;
  try {
    options = readOptions(argv);
  } catch (error) {
    console.error(`set-up: ${error.message}\n\n${HELP}`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const startedAt = performance.now();
  const cache = cacheDir();
  const report = new Report(
    `set-up for ${options.purpose} (Node ${process.versions.node}, ${process.arch}; cache ${shown(cache)})`,
  );
  const setup = {
    root: repositoryRoot,
    cache,
    arch: process.arch,
    purpose: options.purpose,
    forced: options.forced,
    report,
  };
  const steps = STEPS.filter((step) => options.only.has(step.name));
  try {
    if (options.dryRun) return await preview(steps, setup);
    endWithTools(report);
    await runSteps(steps, setup, (onWait) => lockCache(cache, onWait));
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error;
    process.stderr.write(failureText(error));
    return 1;
  }
  process.stderr.write(`set-up: ready (${elapsedText(performance.now() - startedAt)})\n`);
  return 0;
}

/**
 * @param {readonly string[]} argv
 * @throws {Error} that names the argument, the rule and the choices
 */
export function readOptions(argv) {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      for: { type: 'string', default: 'build' },
      only: { type: 'string', multiple: true, default: [] },
      force: { type: 'string', multiple: true, default: [] },
      'dry-run': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (!PURPOSES.includes(values.for))
    throw new Error(`--for is “${values.for}”, expected one of ${PURPOSES.join(', ')}`);
  const forced = stepNames(values.force, '--force');
  const only = values.only.length === 0 ? new Set(NAMES) : stepNames(values.only, '--only');
  return { purpose: values.for, only, forced, dryRun: values['dry-run'], help: values.help };
}

function stepNames(lists, option) {
  const names = lists.flatMap((list) => list.split(','));
  const unknown = names.find((name) => !NAMES.includes(name));
  if (unknown !== undefined)
    throw new Error(`${option} names the step “${unknown}”, expected some of ${NAMES.join(', ')}`);
  return new Set(names);
}

async function preview(steps, setup) {
  for (const step of steps) {
    const work = await workOf(step, setup).catch((error) => {
      throw asFailure(error, step.name);
    });
    const text = work ? `would ${work}` : (step.readyText?.(setup) ?? 'ready');
    process.stdout.write(`  ${step.name.padEnd(15)} ${text}\n`);
  }
  return 0;
}

/** @param {SetupFailure} failure @param {string} [work] what failed, as the person called it */
export function failureText({ step, message, tail, log, remedy }, work = 'set-up') {
  const lines = [`${work} failed at ${step}: ${message}`, ...tail.map((line) => `    ${line}`)];
  if (log) lines.push(`  whole output: ${shown(log)}`);
  if (remedy) lines.push(`  what to do:   ${remedy}`);
  return `${lines.join('\n')}\n`;
}

/** Compilers and package managers run in sessions of their own, where Ctrl-C does not reach them. */
function endWithTools(report) {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ]) {
    process.once(signal, () => {
      endTools();
      report.pause();
      process.stderr.write('set-up: interrupted; nothing half-made will be used, run it again to go on\n');
      process.exit(code);
    });
  }
}

function shown(path) {
  return path.startsWith(`${homedir()}/`) ? `~${path.slice(homedir().length)}` : path;
}

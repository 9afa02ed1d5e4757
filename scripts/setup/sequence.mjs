import { rmSync } from 'node:fs';
import { SetupFailure } from './failure.mjs';
import { allWorkDir } from './paths.mjs';

const REMEDIES = {
  ENOSPC: 'free some space, or set MLI_CACHE_DIR to a folder on a larger disk',
  EDQUOT: 'free some of your quota, or set MLI_CACHE_DIR to a folder on another disk',
  EACCES: 'give this user access to it, or set MLI_CACHE_DIR to a folder that it owns',
  EROFS: 'set MLI_CACHE_DIR to a folder that can be written',
};

/**
 * Does what is needed, in order. The lock is taken at the first step that has something to do, which is then asked again:
 * another set-up may have done it meanwhile.
 * @param {readonly import('./steps.mjs').Step[]} steps
 * @param {import('./steps.mjs').Setup} setup
 * @param {(onWait: () => void) => Promise<() => void>} lock
 * @throws {SetupFailure} with `step` set to the name of the step that failed; the steps after it were not tried
 */
export async function runSteps(steps, setup, lock) {
  let release;
  try {
    for (const step of steps) {
      try {
        let work = await workOf(step, setup);
        if (work !== null && release === undefined) {
          release = await begin(step, setup, lock);
          work = await workOf(step, setup);
        }
        if (work === null) setup.report.ready(step.name, step.readyText?.(setup));
        else await perform(step, setup, work);
      } catch (error) {
        throw asFailure(error, step.name);
      }
    }
  } finally {
    if (release) clearWork(setup.cache);
    release?.();
  }
}

/** @returns {Promise<string | null>} */
export async function workOf(step, setup) {
  const work = await step.needed(setup);
  return work ?? (setup.forced.has(step.name) ? 'do it again' : null);
}

async function begin(step, setup, lock) {
  const release = await lock(() => setup.report.note(step.name, 'another set-up is at work: waiting for it'));
  clearWork(setup.cache); // of a set-up that was interrupted: the lock says that nobody else is at work
  return release;
}

function clearWork(cache) {
  // Compilers of a killed set-up may still add files.
  rmSync(allWorkDir(cache), { recursive: true, force: true, maxRetries: 10 });
}

async function perform(step, setup, work) {
  setup.report.begin(step.name, work);
  try {
    const made = await step.run(setup);
    await step.verify(setup, made);
  } catch (error) {
    setup.report.end('failed');
    throw error;
  }
  setup.report.end();
}

/** @returns {SetupFailure} what went wrong at a step, with a remedy for what the file system says */
export function asFailure(error, step) {
  const failure =
    error instanceof SetupFailure
      ? error
      : new SetupFailure(error.message, { remedy: REMEDIES[error.code], cause: error });
  failure.step = step;
  return failure;
}

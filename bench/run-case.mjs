import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('./case-process.mjs', import.meta.url));

/**
 * Runs a case in a process of its own: OpenCV and DLR are native code, one case's heap is not the next one's, and a case that
 * crashes costs its own rows only. Its standard output is our standard error, since libdlr prints where results belong.
 * @param {string} name
 * @param {{ seconds: number }} settings
 * @returns {Promise<{ rows: import('./row.mjs').Row[] } | { failure: string }>}
 */
export function runCase(name, settings) {
  const child = fork(entry, [name, JSON.stringify(settings)], { stdio: ['ignore', 2, 2, 'ipc'] });
  return new Promise((resolve) => {
    let outcome;
    child.on('message', (message) => (outcome = message));
    child.once('error', (error) => resolve({ failure: error.message }));
    child.once('exit', (code, signal) =>
      resolve(outcome ?? { failure: `its process ended with ${signal ?? `code ${code}`}` }),
    );
  });
}

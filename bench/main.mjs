#!/usr/bin/env node
// Measures the compiled product of this checkout: node bench/main.mjs --help.
import { HELP, readOptions } from './options.mjs';
import { runCase } from './run-case.mjs';
import { tableOf } from './table.mjs';

process.exitCode = await main(process.argv.slice(2));

/**
 * @param {readonly string[]} argv
 * @returns {Promise<number>} the exit code: 0, 1 when a case failed, 2 when the arguments are wrong
 */
async function main(argv) {
  let options;
  try {
    options = readOptions(argv);
  } catch (error) {
    console.error(`bench: ${error.message}\n\n${HELP}`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  // Not before: --help works in a checkout that was never set up.
  const { machineLine } = await import('./machine.mjs');
  try {
    console[options.json ? 'error' : 'log'](await machineLine());
  } catch (error) {
    console.error(
      `bench: this checkout is not ready (npm run setup makes it so):\n${error.stderr ?? error.stack}`,
    );
    return 1;
  }

  const rows = [];
  let failed = 0;
  for (const { name, title, bar } of options.cases) {
    const outcome = await runCase(name, { seconds: options.seconds });
    if ('failure' in outcome) {
      failed++;
      console.error(`bench: ${name} failed: ${outcome.failure}`);
      continue;
    }
    rows.push(...outcome.rows);
    if (!options.json) console.log(`\n${name}: ${title} (bar: ${bar})\n${tableOf(outcome.rows)}`);
  }
  if (options.json) console.log(JSON.stringify(rows, null, 2));
  return failed === 0 ? 0 : 1;
}

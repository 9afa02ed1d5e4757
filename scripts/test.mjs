// Runs the tests and closes with the line "N passed, N failed, N skipped", alone: what follows `npm test --` goes to vitest.
import { startVitest } from 'vitest/node';

const data = process.env.MLI_TEST_DATA;
if (data !== undefined) {
  const { statSync } = await import('node:fs');
  if (!statSync(data, { throwIfNoEntry: false })?.isDirectory()) {
    console.error(
      `MLI_TEST_DATA names the folder ${data}, which does not exist: correct the path, or unset it to skip those tests.`,
    );
    console.log('0 passed, 1 failed, 0 skipped');
    process.exit(1);
  }
}

const filters = process.argv.slice(2);
const vitest = await startVitest('test', filters, { watch: false, run: true });
const tests = vitest.state.getTestModules().flatMap((module) => [...module.children.allTests()]);
const count = (state) => tests.filter((test) => test.result().state === state).length;
// A file that does not even load has no tests to count, and an error outside of every test belongs to none.
const broken = vitest.state
  .getTestModules()
  .filter((module) => module.state() === 'failed' && [...module.children.allTests('failed')].length === 0);
const failed = count('failed') + broken.length + vitest.state.getUnhandledErrors().length;
const exitCode = process.exitCode || (failed > 0 || tests.length === 0 ? 1 : 0);
await vitest.close();

console.log(`${count('passed')} passed, ${failed} failed, ${count('skipped')} skipped`);
process.exit(exitCode);

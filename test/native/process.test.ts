import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { bindingPaths } from '../../src/engines/native/binding.js';
import { loadOptions, obstacle, titleOf } from './fixtures.js';

const program = fileURLToPath(new URL('program.cjs', import.meta.url));
const [addon = ''] = bindingPaths();

interface Outcome {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

const execute = (scenario: string, name: 'slow_loop' | 'small_convnet' = 'slow_loop'): Promise<Outcome> =>
  promisify(execFile)(process.execPath, [
    '--expose-gc',
    program,
    scenario,
    addon,
    JSON.stringify(loadOptions(name)),
  ]).then(
    ({ stdout, stderr }) => ({ code: 0, signal: null, stdout, stderr }),
    (error: unknown) => error as Outcome,
  );

describe.skipIf(obstacle())(titleOf('a process with the addon'), { timeout: 120_000 }, () => {
  it.each([
    'ends by itself without dispose()',
    'exits while running',
    'refuses after the end',
    'loads and unloads in worker threads',
    'terminates a worker thread while it runs',
    'exits while worker threads run',
    'keeps the input of a run that waits',
  ])('%s', async (scenario) => {
    expect(await execute(scenario)).toMatchObject({
      code: 0,
      signal: null,
      stdout: expect.stringContaining('done') as string,
    });
  });

  it('exits while loading', async () => {
    expect(await execute('exits while loading')).toMatchObject({ code: 0, signal: null });
  });

  it('ends with the code of an uncaught error while it runs', async () => {
    const outcome = await execute('throws while running');
    expect(outcome).toMatchObject({ code: 1, stdout: expect.stringContaining('done') as string });
    expect(outcome.stderr).toContain('Error: uncaught');
  });

  it('deletes models that were forgotten when they are collected', async () => {
    expect(await execute('collects forgotten models', 'small_convnet')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('done') as string,
    });
  });
});

import { describe, expect, it } from 'vitest';
import { useFixture } from './fixture.js';
import { groupArn } from './fleet.js';
import { mli } from './mli-process.js';

const lineA = groupArn('line-a');
const fixture = useFixture();
const deploy = (...args: string[]) => mli(['deploy', '--target', lineA, ...args], fixture.cloud.environment);

describe('mli deploy with bad input', () => {
  it('refuses a configuration with all its problems before it asks AWS for anything', async () => {
    const { code, err } = await deploy(
      '--config',
      fixture.config,
      '--set',
      'pipelines.belt-1.model=nothing',
      '--set',
      'speed=9',
      '--yes',
    );
    expect(code).toBe(2);
    expect(err).toContain('pipelines.belt-1.model');
    expect(err).toContain('speed: is not a known key');
    expect(fixture.cloud.server.calls).toEqual([]);
  });

  it.each([
    ['no target', ['--config', 'x'], 2, '--target <arn> is needed'],
    ['nothing to deploy', ['--target', lineA], 2, 'nothing to deploy'],
    [
      'overrides without a configuration',
      ['--target', lineA, '--set', 'a=1', '--component', 'a'],
      2,
      '--set needs --config',
    ],
    [
      'a target that is none',
      ['--target', 'line-a', '--component', 'mli.Inference'],
      1,
      'arn:aws:iot:REGION:ACCOUNT:thinggroup/NAME',
    ],
    [
      'another region',
      ['--target', lineA, '--component', 'a', '--region', 'us-east-1'],
      1,
      'Leave --region out',
    ],
    [
      'an unknown component',
      ['--target', lineA, '--component', 'mli.Nothing', '--yes'],
      1,
      'no version of the component mli.Nothing',
    ],
    [
      'an unknown version',
      ['--target', lineA, '--component', 'mli.Inference=7.0.0', '--yes'],
      1,
      '(there: 1.0.0, 1.0.9, 1.0.10)',
    ],
    ['a version that is none', ['--target', lineA, '--component', 'mli.Inference=newest'], 1, 'NAME=VERSION'],
    ['an unknown policy', ['--target', lineA, '--failure-policy', 'HOPE'], 2, 'ROLLBACK, DO_NOTHING'],
    ['an unknown option of a subcommand', ['local', '--target', lineA], 2, "unknown option '--target'"],
  ])('says what is wrong: %s', async (_, args, exit, text) => {
    const { code, err } = await mli(['deploy', ...args], fixture.cloud.environment);
    expect([code, err]).toEqual([exit, expect.stringContaining(text)]);
    expect(fixture.cloud.fleet.deployments).toHaveLength(0);
  });

  it.each([
    [
      'no credentials',
      { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' },
      'no AWS credentials',
      'AWS_PROFILE',
    ],
    [
      'credentials that AWS does not know',
      { AWS_ACCESS_KEY_ID: 'AKIDOTHER' },
      'UnrecognizedClientException',
      'sign in again',
    ],
    ['nobody there', { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }, 'ECONNREFUSED', 'Check the network'],
  ])('says what to do: %s', async (_, environment, problem, remedy) => {
    const { code, err } = await mli(['deploy', '--target', lineA, '--config', fixture.config, '--yes'], {
      ...fixture.cloud.environment,
      ...environment,
    });
    expect(code).toBe(1);
    expect(err).toContain(problem);
    expect(err).toContain(remedy);
    expect(err).not.toContain('fault of the program');
  });
});

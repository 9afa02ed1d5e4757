import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Cloud } from './cloud.js';
import { groupArn, thingArn } from './fleet.js';
import { mli, mliOnTerminal } from './mli-process.js';

const lineA = groupArn('line-a');
const others = {
  'com.example.Gateway': {
    componentVersion: '2.1.0',
    configurationUpdate: { merge: '{ "port" : 1883,  "password":"hunter2" }', reset: ['/old'] },
    runWith: { posixUser: 'gateway:gateway' },
  },
};

let cloud: Cloud;
let folder: string;
let config: string;

beforeEach(async () => {
  cloud = await new Cloud().start();
  folder = await mkdtemp(path.join(tmpdir(), 'mli-deploy-'));
  config = path.join(folder, 'line.yaml');
  await writeFile(
    config,
    `models: { sorter: { source: { type: package, path: ./models/sorter } } }
pipelines:
  belt-1: { source: { type: images, path: /srv/frames }, model: sorter }
`,
  );
  cloud.components.add('mli.Inference', '1.0.0');
  cloud.components.add('mli.Inference', '1.0.10');
  cloud.components.add('mli.Inference', '1.0.9');
  cloud.components.add('com.example.Gateway', '2.1.0');
});
afterEach(async () => {
  expect(cloud.server.faults).toEqual([]);
  await cloud.stop();
  await rm(folder, { recursive: true });
});

const deploy = (...args: string[]) => mli(['deploy', '--target', lineA, ...args], cloud.environment);
const created = () => cloud.fleet.deploymentOf(lineA)?.request;

describe('mli deploy', () => {
  it('creates the first deployment of a target, and waits until its devices have it', async () => {
    cloud.fleet.addDevice('device-1', { groups: [lineA], says: ['-', 'QUEUED', 'IN_PROGRESS', 'SUCCEEDED'] });
    cloud.fleet.addDevice('device-2', { groups: [lineA], says: ['IN_PROGRESS', 'SUCCEEDED'] });
    cloud.fleet.addDevice('device-3', { groups: [lineA], says: ['SUCCEEDED'] });
    cloud.fleet.addDevice('elsewhere', { groups: [groupArn('line-b')], says: ['FAILED'] });
    const { code, out, err } = await deploy(
      '--config',
      config,
      '--set',
      'pipelines.belt-1.source.intervalSeconds=0.5',
      '--yes',
    );
    expect([code, err]).toEqual([0, expect.not.stringContaining('mli:')]);
    expect(out).toContain('Merges into    nothing: the target has no deployment yet');
    expect(out).toContain('  + mli.Inference  1.0.10');
    expect(out).toContain('  + pipelines.belt-1.source.intervalSeconds: 0.5');
    expect(out).toContain('device-1  IN_PROGRESS');
    expect(out).toContain('Done on 3 devices.');
    expect(out).not.toContain('elsewhere');
    const update = created()?.components?.['mli.Inference']?.configurationUpdate;
    expect(update?.reset).toEqual(['']);
    expect(JSON.parse(update?.merge ?? '')).toEqual({
      models: { sorter: { source: { type: 'package', path: './models/sorter' } } },
      pipelines: {
        'belt-1': { source: { type: 'images', path: '/srv/frames', intervalSeconds: 0.5 }, model: 'sorter' },
      },
      accessControl: expect.objectContaining({
        'aws.greengrass.ipc.pubsub': expect.anything() as unknown,
      }) as unknown,
    });
  });

  it('merges into what the target has: components of others stay byte for byte, and are not shown', async () => {
    const before = {
      ...others,
      'mli.Inference': { componentVersion: '1.0.0', runWith: { posixUser: 'mli' } },
    };
    cloud.fleet.deploy({ targetArn: groupArn('line-b'), components: {} });
    cloud.fleet.deploy({ targetArn: lineA, deploymentName: 'line A', components: { ...others } });
    cloud.fleet.deploy({
      targetArn: lineA,
      deploymentName: 'line A',
      components: before,
      tags: { owner: 'a' },
    });
    const { code, out } = await deploy(
      '--config',
      config,
      '--component',
      'mli.Inference=1.0.9',
      '--no-wait',
      '--yes',
    );
    expect(code).toBe(0);
    expect(out).toContain('  ~ mli.Inference        1.0.0 → 1.0.9');
    expect(out).toContain('  = com.example.Gateway  2.1.0, stays');
    expect(out).not.toContain('hunter2');
    const request = created();
    expect(JSON.stringify(request?.components?.['com.example.Gateway'])).toBe(
      JSON.stringify(others['com.example.Gateway']),
    );
    expect(request?.components?.['mli.Inference']).toMatchObject({
      componentVersion: '1.0.9',
      runWith: { posixUser: 'mli' },
    });
    expect(request).toMatchObject({ deploymentName: 'line A', tags: { owner: 'a' } });
  });

  it('keeps the version for a new configuration, and has nothing to do the second time', async () => {
    cloud.fleet.deploy({
      targetArn: lineA,
      components: { ...others, 'mli.Inference': { componentVersion: '1.0.0' } },
    });
    expect((await deploy('--config', config, '--no-wait', '--yes')).out).toContain(
      '  = mli.Inference        1.0.0, stays',
    );
    const again = await deploy('--config', config, '--no-wait', '--yes');
    expect([again.code, again.out]).toEqual([0, expect.stringContaining('nothing to deploy')]);
    expect(cloud.server.callsOf('CreateDeployment')).toHaveLength(1);
  });

  it('writes the exact topics for a thing, and the policies that were asked for', async () => {
    cloud.fleet.addDevice('device-1', { says: ['COMPLETED'] });
    const { code } = await mli(
      [
        'deploy',
        '--target',
        thingArn('device-1'),
        '--config',
        config,
        '--yes',
        '--name',
        'desk',
        '--failure-policy',
        'DO_NOTHING',
        '--rollout-per-minute',
        '50',
      ],
      cloud.environment,
    );
    expect(code).toBe(0);
    const request = cloud.fleet.deploymentOf(thingArn('device-1'))?.request;
    expect(request).toMatchObject({
      deploymentName: 'desk',
      deploymentPolicies: { failureHandlingPolicy: 'DO_NOTHING' },
      iotJobConfiguration: { jobExecutionsRolloutConfig: { maximumPerMinute: 50 } },
    });
    expect(request?.components?.['mli.Inference']?.configurationUpdate?.merge).toContain(
      '"mli/predictions/device-1"',
    );
  });

  it('asks, and takes only a yes for a yes', async () => {
    const args = ['deploy', '--target', lineA, '--config', config, '--no-wait'];
    const no = await mliOnTerminal(args, cloud.environment, '');
    expect([no.code, no.out]).toEqual([1, expect.stringContaining('Deploy this? [y/N]')]);
    expect(no.out).toContain('Nothing was changed.');
    expect(cloud.server.callsOf('CreateDeployment')).toHaveLength(0);
    expect((await mliOnTerminal(args, cloud.environment, 'yes')).code).toBe(0);
    expect(cloud.server.callsOf('CreateDeployment')).toHaveLength(1);
  });

  it('changes nothing where nobody can be asked', async () => {
    const { code, out, err } = await deploy('--config', config);
    expect([code, out, err]).toEqual([
      1,
      expect.stringContaining('+ mli.Inference'),
      expect.stringContaining('again with --yes'),
    ]);
    expect(cloud.server.callsOf('CreateDeployment')).toHaveLength(0);
  });

  it('ends with 1 and the reason of each device that failed', async () => {
    cloud.fleet.addDevice('device-1', { groups: [lineA], says: ['SUCCEEDED'] });
    cloud.fleet.addDevice('device-2', {
      groups: [lineA],
      says: ['IN_PROGRESS', 'FAILED'],
      reason: 'FAILED_ROLLBACK_COMPLETE',
      errors: ['DEPLOYMENT_FAILURE', 'COMPONENT_BROKEN'],
    });
    const { code, out, err } = await deploy('--config', config, '--yes');
    expect(code).toBe(1);
    expect(out).toContain(
      '  device-2  FAILED  FAILED_ROLLBACK_COMPLETE: DEPLOYMENT_FAILURE < COMPONENT_BROKEN',
    );
    expect(out).toContain('2 of 2 devices finished, 1 failed');
    expect(err).toContain('failed on 1 device: device-2.');
  });

  it('ends with 1 when the devices take longer than the time that was given', async () => {
    cloud.fleet.addDevice('device-1', { groups: [lineA], says: ['-'] });
    const { code, out, err } = await deploy('--config', config, '--yes', '--timeout-seconds', '1');
    expect([code, out]).toEqual([1, expect.stringContaining('device-1  has not heard of it')]);
    expect(err).toContain('is not finished on 1 device after 1 s: device-1.');
    expect(err).toMatch(/mli deploy status [0-9a-f-]{36}/);
  });

  it('says which paths mean something else on the device', async () => {
    const { out } = await deploy('--config', config, '--no-wait', '--yes');
    expect(out).toContain(
      'Note: models.sorter.source.path: on the device, a relative path begins where the component is installed',
    );
  });

  it('says what the device must have for models from S3', async () => {
    cloud.components.add('aws.greengrass.TokenExchangeService', '2.0.3', 'aws');
    const fromS3 = [
      '--config',
      config,
      '--set',
      'models.sorter.source={type: s3, uri: s3://models/a.tgz}',
      '--yes',
      '--no-wait',
    ];
    expect((await deploy(...fromS3)).out).toContain("models.sorter need the device's AWS credentials");
    const { out } = await deploy(...fromS3, '--component', 'aws.greengrass.TokenExchangeService');
    expect(out).not.toContain('AWS credentials');
    expect(out).toContain('+ aws.greengrass.TokenExchangeService  2.0.3');
  });
});

describe('mli deploy with bad input', () => {
  it('refuses a configuration with all its problems before it asks AWS for anything', async () => {
    const { code, err } = await deploy(
      '--config',
      config,
      '--set',
      'pipelines.belt-1.model=nothing',
      '--set',
      'speed=9',
      '--yes',
    );
    expect(code).toBe(2);
    expect(err).toContain('pipelines.belt-1.model');
    expect(err).toContain('speed: is not a known key');
    expect(cloud.server.calls).toEqual([]);
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
    const { code, err } = await mli(['deploy', ...args], cloud.environment);
    expect([code, err]).toEqual([exit, expect.stringContaining(text)]);
    expect(cloud.fleet.deployments).toHaveLength(0);
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
    const { code, err } = await mli(['deploy', '--target', lineA, '--config', config, '--yes'], {
      ...cloud.environment,
      ...environment,
    });
    expect(code).toBe(1);
    expect(err).toContain(problem);
    expect(err).toContain(remedy);
    expect(err).not.toContain('fault of the program');
  });
});

describe('mli deploy status', () => {
  it('shows a deployment by its id or by its target, and ends with 1 where a device failed', async () => {
    cloud.fleet.addDevice('device-1', { groups: [lineA], says: ['SUCCEEDED'] });
    const id = cloud.fleet.deploy({ targetArn: lineA, deploymentName: 'line A', components: { ...others } });
    const status = (what: string) => mli(['deploy', 'status', what], cloud.environment);
    const [byId, byTarget] = [await status(id), await status(lineA)];
    expect([byId.code, byId.out]).toEqual([0, byTarget.out]);
    expect(byId.out).toContain(`Deployment ${id} “line A”`);
    expect(byId.out).toContain('com.example.Gateway 2.1.0');
    expect(byId.out).toContain('device-1  SUCCEEDED');
    cloud.fleet.addDevice('device-2', { groups: [lineA], says: ['TIMED_OUT'] });
    expect(await status(id)).toMatchObject({
      code: 1,
      out: expect.stringContaining('2 of 2 devices finished, 1 failed') as unknown,
    });
  });

  it('says so where there is no deployment, and where the region is not known', async () => {
    expect(await mli(['deploy', 'status', lineA], cloud.environment)).toMatchObject({
      code: 0,
      out: 'line-a has no deployment.\n',
    });
    const unknown = await mli(['deploy', 'status', 'd-1'], cloud.environment);
    expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('There is no deployment d-1')]);
    const nowhere = { ...cloud.environment, AWS_REGION: '' };
    expect((await mli(['deploy', 'status', 'd-1'], nowhere)).err).toContain(
      'Give --region, or set AWS_REGION.',
    );
  });
});

import { describe, expect, it } from 'vitest';
import { useFixture, others } from './fixture.js';
import { groupArn, thingArn } from './fleet.js';
import { mli, mliOnTerminal } from './mli-process.js';

const lineA = groupArn('line-a');
const fixture = useFixture();
const deploy = (...args: string[]) => mli(['deploy', '--target', lineA, ...args], fixture.cloud.environment);
const created = () => fixture.cloud.fleet.deploymentOf(lineA)?.request;

describe('mli deploy', () => {
  it('creates the first deployment of a target, and waits until its devices have it', async () => {
    fixture.cloud.fleet.addDevice('device-1', {
      groups: [lineA],
      says: ['-', 'QUEUED', 'IN_PROGRESS', 'SUCCEEDED'],
    });
    fixture.cloud.fleet.addDevice('device-2', { groups: [lineA], says: ['IN_PROGRESS', 'SUCCEEDED'] });
    fixture.cloud.fleet.addDevice('device-3', { groups: [lineA], says: ['SUCCEEDED'] });
    fixture.cloud.fleet.addDevice('elsewhere', { groups: [groupArn('line-b')], says: ['FAILED'] });
    const { code, out, err } = await deploy(
      '--config',
      fixture.config,
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
    fixture.cloud.fleet.deploy({ targetArn: groupArn('line-b'), components: {} });
    fixture.cloud.fleet.deploy({ targetArn: lineA, deploymentName: 'line A', components: { ...others } });
    fixture.cloud.fleet.deploy({
      targetArn: lineA,
      deploymentName: 'line A',
      components: before,
      tags: { owner: 'a' },
    });
    const { code, out } = await deploy(
      '--config',
      fixture.config,
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
    fixture.cloud.fleet.deploy({
      targetArn: lineA,
      components: { ...others, 'mli.Inference': { componentVersion: '1.0.0' } },
    });
    expect((await deploy('--config', fixture.config, '--no-wait', '--yes')).out).toContain(
      '  = mli.Inference        1.0.0, stays',
    );
    const again = await deploy('--config', fixture.config, '--no-wait', '--yes');
    expect([again.code, again.out]).toEqual([0, expect.stringContaining('nothing to deploy')]);
    expect(fixture.cloud.server.callsOf('CreateDeployment')).toHaveLength(1);
  });

  it('writes the exact topics for a thing, and the policies that were asked for', async () => {
    fixture.cloud.fleet.addDevice('device-1', { says: ['COMPLETED'] });
    const { code } = await mli(
      [
        'deploy',
        '--target',
        thingArn('device-1'),
        '--config',
        fixture.config,
        '--yes',
        '--name',
        'desk',
        '--failure-policy',
        'DO_NOTHING',
        '--rollout-per-minute',
        '50',
      ],
      fixture.cloud.environment,
    );
    expect(code).toBe(0);
    const request = fixture.cloud.fleet.deploymentOf(thingArn('device-1'))?.request;
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
    const args = ['deploy', '--target', lineA, '--config', fixture.config, '--no-wait'];
    const no = await mliOnTerminal(args, fixture.cloud.environment, '');
    expect([no.code, no.out]).toEqual([1, expect.stringContaining('Deploy this? [y/N]')]);
    expect(no.out).toContain('Nothing was changed.');
    expect(fixture.cloud.server.callsOf('CreateDeployment')).toHaveLength(0);
    expect((await mliOnTerminal(args, fixture.cloud.environment, 'yes')).code).toBe(0);
    expect(fixture.cloud.server.callsOf('CreateDeployment')).toHaveLength(1);
  });

  it('changes nothing where nobody can be asked', async () => {
    const { code, out, err } = await deploy('--config', fixture.config);
    expect([code, out, err]).toEqual([
      1,
      expect.stringContaining('+ mli.Inference'),
      expect.stringContaining('again with --yes'),
    ]);
    expect(fixture.cloud.server.callsOf('CreateDeployment')).toHaveLength(0);
  });

  it('ends with 1 and the reason of each device that failed', async () => {
    fixture.cloud.fleet.addDevice('device-1', { groups: [lineA], says: ['SUCCEEDED'] });
    fixture.cloud.fleet.addDevice('device-2', {
      groups: [lineA],
      says: ['IN_PROGRESS', 'FAILED'],
      reason: 'FAILED_ROLLBACK_COMPLETE',
      errors: ['DEPLOYMENT_FAILURE', 'COMPONENT_BROKEN'],
    });
    const { code, out, err } = await deploy('--config', fixture.config, '--yes');
    expect(code).toBe(1);
    expect(out).toContain(
      '  device-2  FAILED  FAILED_ROLLBACK_COMPLETE: DEPLOYMENT_FAILURE < COMPONENT_BROKEN',
    );
    expect(out).toContain('2 of 2 devices finished, 1 failed');
    expect(err).toContain('failed on 1 device: device-2.');
  });

  it('ends with 1 when the devices take longer than the time that was given', async () => {
    fixture.cloud.fleet.addDevice('device-1', { groups: [lineA], says: ['-'] });
    const { code, out, err } = await deploy('--config', fixture.config, '--yes', '--timeout-seconds', '1');
    expect([code, out]).toEqual([1, expect.stringContaining('device-1  has not heard of it')]);
    expect(err).toContain('is not finished on 1 device after 1 s: device-1.');
    expect(err).toMatch(/mli deploy status [0-9a-f-]{36}/);
  });

  it('says which paths mean something else on the device', async () => {
    const { out } = await deploy('--config', fixture.config, '--no-wait', '--yes');
    expect(out).toContain(
      'Note: models.sorter.source.path: on the device, a relative path begins where the component is installed',
    );
  });

  it('says what the device must have for models from S3', async () => {
    fixture.cloud.components.add('aws.greengrass.TokenExchangeService', '2.0.3', 'aws');
    const fromS3 = [
      '--config',
      fixture.config,
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

import { describe, expect, it } from 'vitest';
import {
  compareVersions,
  newestOf,
  nextPatch,
  parseRequestedComponent,
} from '../../src/deploy/component-version.js';
import type { ExistingDeployment } from '../../src/deploy/greengrass-cloud.js';
import { localVersion } from '../../src/deploy/local/local-version.js';
import { planText } from '../../src/deploy/plan-text.js';
import { planDeployment } from '../../src/deploy/plan.js';
import { hideSecrets } from '../../src/deploy/secrets.js';
import { parseTarget } from '../../src/deploy/target.js';
import { valueChanges } from '../../src/deploy/value-changes.js';
import { groupArn, thingArn } from './fleet.js';

const targetArn = groupArn('line-a');
const others = {
  'com.example.Gateway': {
    componentVersion: '2.1.0',
    configurationUpdate: { merge: '{ "port" : 1883,  "token":"s3cr3t" }', reset: ['/old'] },
    runWith: { posixUser: 'gateway:gateway', systemResourceLimits: { cpus: 0.5 } },
  },
  'aws.greengrass.Cli': { componentVersion: '2.12.0' },
};
const base: ExistingDeployment = {
  deploymentId: 'd-1',
  targetArn,
  deploymentName: 'line A',
  deploymentStatus: 'ACTIVE',
  components: {
    ...others,
    'mli.Inference': {
      componentVersion: '1.0.0',
      configurationUpdate: {
        reset: [''],
        merge: '{"pipelines":{"a":{"model":"m"}},"status":{"intervalSeconds":60}}',
      },
      runWith: { posixUser: 'mli' },
    },
  },
  deploymentPolicies: {
    failureHandlingPolicy: 'DO_NOTHING',
    componentUpdatePolicy: { timeoutInSeconds: 30, action: 'NOTIFY_COMPONENTS' },
  },
  iotJobConfiguration: { timeoutConfig: { inProgressTimeoutInMinutes: 10 } },
  tags: { owner: 'line A' },
};
const document = { pipelines: { a: { model: 'n' }, b: { model: 'm' } } };
const wish = {
  targetArn,
  versions: new Map([['mli.Inference', '1.0.1']]),
  configuration: { component: 'mli.Inference', document },
};

describe('planDeployment', () => {
  it('keeps components of others byte for byte', () => {
    const { request } = planDeployment(base, wish);
    for (const [name, specification] of Object.entries(others)) {
      expect(JSON.stringify(request.components[name])).toBe(JSON.stringify(specification));
    }
  });

  it('sets its own version and the whole configuration, and keeps its user', () => {
    expect(planDeployment(base, wish).request.components['mli.Inference']).toEqual({
      componentVersion: '1.0.1',
      configurationUpdate: { reset: [''], merge: JSON.stringify(document) },
      runWith: { posixUser: 'mli' },
    });
  });

  it('keeps the configuration where none is given', () => {
    const { request } = planDeployment(base, { targetArn, versions: wish.versions });
    expect(request.components['mli.Inference']).toEqual({
      ...base.components?.['mli.Inference'],
      componentVersion: '1.0.1',
    });
  });

  it('takes name, policies, roll-out and tags over, but for what the wish says', () => {
    const { request } = planDeployment(base, {
      ...wish,
      failurePolicy: 'ROLLBACK',
      rolloutPerMinute: 50,
      stopAtFailedPercent: 10,
    });
    expect(request).toMatchObject({
      deploymentName: 'line A',
      tags: { owner: 'line A' },
      deploymentPolicies: {
        failureHandlingPolicy: 'ROLLBACK',
        componentUpdatePolicy: { timeoutInSeconds: 30, action: 'NOTIFY_COMPONENTS' },
      },
      iotJobConfiguration: {
        timeoutConfig: { inProgressTimeoutInMinutes: 10 },
        jobExecutionsRolloutConfig: { maximumPerMinute: 50 },
        abortConfig: {
          criteriaList: [
            { failureType: 'ALL', action: 'CANCEL', thresholdPercentage: 10, minNumberOfExecutedThings: 2 },
          ],
        },
      },
    });
  });

  it('makes a plain deployment where the target has none', () => {
    expect(planDeployment(undefined, { targetArn, versions: wish.versions }).request).toEqual({
      targetArn,
      components: { 'mli.Inference': { componentVersion: '1.0.1' } },
    });
  });

  it('sees that nothing changes, however the configuration is written', () => {
    const same = {
      ...wish,
      versions: new Map([['mli.Inference', '1.0.0']]),
      configuration: {
        component: 'mli.Inference',
        document: { status: { intervalSeconds: 60 }, pipelines: { a: { model: 'm' } } },
      },
    };
    expect(planDeployment(base, same).changesNothing).toBe(true);
    expect(planDeployment(base, { ...same, rolloutPerMinute: 5 }).changesNothing).toBe(false);
    expect(planDeployment({ ...base, deploymentStatus: 'CANCELED' }, same).changesNothing).toBe(false);
    expect(planDeployment(base, wish).changesNothing).toBe(false);
  });

  it('is told in columns, with what changes first and no secret', () => {
    const camera = { source: { url: 'rtsp://admin:hunter2@10.0.0.9/live' } };
    const plan = planDeployment(base, {
      ...wish,
      configuration: { component: 'mli.Inference', document: { pipelines: { a: camera }, apiKey: 'k-1' } },
    });
    const text = planText(plan, parseTarget(targetArn), [
      {
        name: 'mli.Inference',
        version: '1.0.1',
        bucket: 'b',
        recipe: '{}',
        artifacts: [{ name: 'a.zip', path: '/a.zip', bytes: 91_400_000 }],
      },
    ]);
    expect(text).toBe(
      [
        'Target         thing group line-a (account 123456789012, eu-central-1)',
        'Merges into    deployment d-1 “line A”, which is ACTIVE',
        'On failure     DO_NOTHING',
        '',
        'Publishes mli.Inference 1.0.1 to s3://b/mli.Inference/1.0.1/',
        '    a.zip (91.4 MB)',
        '',
        'Components',
        '  ~ mli.Inference        1.0.0 → 1.0.1',
        '  = aws.greengrass.Cli   2.12.0, stays',
        '  = com.example.Gateway  2.1.0, stays',
        '',
        'Configuration',
        '  - pipelines.a.model: "m"',
        '  + pipelines.a.source.url: "rtsp://…@10.0.0.9/live"',
        '  - status.intervalSeconds: 60',
        '  + apiKey: "…"',
      ].join('\n'),
    );
  });
});

describe('the parts of a plan', () => {
  it('are told by the paths of their values', () => {
    expect(valueChanges({ a: { b: 1, c: [1] }, d: {} }, { a: { b: 2, c: [1] }, 'x.y': { z: null } })).toEqual(
      [
        { path: 'a.b', before: 1, after: 2 },
        { path: 'd', before: {}, after: undefined },
        { path: '[x.y].z', before: undefined, after: null },
      ],
    );
    expect(valueChanges('{', {})).toEqual([{ path: '', before: '{', after: {} }]);
  });

  it('hide what is secret, also below a key and within a text', () => {
    expect(
      hideSecrets({
        password: 'a',
        nested: [{ apiToken: { x: 1 } }],
        url: 'https://u:p@h/ and rtsp://v:q@h',
      }),
    ).toEqual({
      password: '…',
      nested: [{ apiToken: '…' }],
      url: 'https://…@h/ and rtsp://…@h',
    });
    expect(hideSecrets('x', 'service.secretValue')).toBe('…');
    expect(hideSecrets({ publicKeys: ['k'], sha256: 'a', topic: 'mail@plant/x' })).toEqual({
      publicKeys: ['k'],
      sha256: 'a',
      topic: 'mail@plant/x',
    });
  });

  it('order versions by number, a release after what precedes it', () => {
    const sorted = ['1.0.0-beta', '1.0.0', '1.2.0', '1.10.0', '2.0.0'];
    expect([...sorted].reverse().sort(compareVersions)).toEqual(sorted);
    expect([newestOf(sorted), newestOf([]), nextPatch(sorted), nextPatch([])]).toEqual([
      '2.0.0',
      undefined,
      '2.0.1',
      '1.0.0',
    ]);
  });

  it('make local versions that grow, within what Greengrass allows', () => {
    const at = (time: string) => localVersion(Date.parse(time));
    expect(at('2026-11-23T08:30:00Z')).toBe('0.2518.30600');
    const versions = [
      '2026-11-22T23:59:59Z',
      '2026-11-23T00:00:00Z',
      '2026-11-23T10:00:00Z',
      '2200-01-01T00:00:00Z',
    ].map(at);
    expect([...versions].reverse().sort(compareVersions)).toEqual(versions);
    for (const number of versions.flatMap((version) => version.split('.')))
      expect(Number(number)).toBeLessThanOrEqual(999_999);
  });

  it.each(['', '=1.0.0', 'a b', 'a=1', 'a=1.0', 'a=1.0.0=2', 'a=latest'])(
    'refuse the component "%s"',
    (text) => {
      expect(() => parseRequestedComponent(text)).toThrow('NAME=VERSION');
    },
  );

  it('read targets in every partition, and refuse what is none', () => {
    expect(parseTarget(thingArn('dev:1'))).toMatchObject({
      kind: 'thing',
      name: 'dev:1',
      region: 'eu-central-1',
      account: '123456789012',
      partition: 'aws',
    });
    expect(parseTarget('arn:aws-cn:iot:cn-north-1:123456789012:thinggroup/g')).toMatchObject({
      partition: 'aws-cn',
      kind: 'thinggroup',
    });
    for (const arn of [
      'line-a',
      'arn:aws:iot:eu-central-1:123456789012:cert/x',
      'arn:aws:iot:eu-central-1:12:thing/x',
      'arn:aws:iot:eu-central-1:123456789012:thing/',
    ]) {
      expect(() => parseTarget(arn)).toThrow('is not the ARN of a thing or a thing group');
    }
    expect(() => parseTarget(targetArn, 'us-east-1')).toThrow('another region');
  });
});

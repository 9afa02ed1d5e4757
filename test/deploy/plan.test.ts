import { describe, expect, it } from 'vitest';
import type { ExistingDeployment } from '../../src/deploy/greengrass-cloud.js';
import { planText } from '../../src/deploy/plan-text.js';
import { planDeployment } from '../../src/deploy/plan.js';
import { parseTarget } from '../../src/deploy/target.js';
import { groupArn } from './fleet.js';

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

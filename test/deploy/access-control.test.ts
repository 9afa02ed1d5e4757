import { describe, expect, it } from 'vitest';
import { accessControlFor, checkAccessControl } from '../../src/config/access-control.js';
import { parseConfiguration } from '../../src/config/index.js';
import { isAllowed, type AccessControl, type GuardedService } from '../../src/nucleus/access-control.js';
import { nucleusTraits } from '../../src/nucleus/kind.js';

const pipeline = (differences: object = {}) => ({
  source: { type: 'images', path: '/srv/frames' },
  model: 'sorter',
  ...differences,
});

const configurationOf = (pipelines: Record<string, object>, rest: object = {}) =>
  parseConfiguration(
    { models: { sorter: { source: { type: 'package', path: '/m' } } }, pipelines, ...rest },
    'of the test',
  );

const gate = { when: { label: 'glass' }, do: [{ type: 'topic', topic: 'line1/gate', message: 1 }] };
const pubsub = 'aws.greengrass.ipc.pubsub';
const mqttProxy = 'aws.greengrass.ipc.mqttproxy';

/** Whether the development nucleus would allow it, as each of the two. */
const allowed = (control: object, service: GuardedService, operation: string, resource: string) =>
  (['classic', 'lite'] as const).map((kind) =>
    isAllowed(
      control as AccessControl,
      { component: 'mli.Inference', service, operation, resource },
      nucleusTraits[kind],
      'device-1',
    ),
  );

describe('accessControlFor', () => {
  it('allows each configured topic by its name, and nothing more', () => {
    const control = accessControlFor(
      configurationOf({
        'belt-1': pipeline({
          rules: [gate],
          publish: { local: { topic: 'line1/{pipeline}' }, cloud: { topic: 'plant/line1' } },
        }),
      }),
      'device-1',
    );
    expect(control).toEqual({
      [pubsub]: {
        'mli.Inference:pubsub:publish': {
          policyDescription: expect.any(String) as unknown,
          operations: ['aws.greengrass#PublishToTopic'],
          resources: ['line1/belt-1', 'line1/gate', 'mli/status/device-1', 'mli/heartbeat/mli.Inference'],
        },
        'mli.Inference:pubsub:subscribe': {
          policyDescription: expect.any(String) as unknown,
          operations: ['aws.greengrass#SubscribeToTopic'],
          resources: ['mli/control/update-models', 'mli/heartbeat/mli.Inference'],
        },
      },
      [mqttProxy]: {
        'mli.Inference:mqttproxy:publish': {
          policyDescription: expect.any(String) as unknown,
          operations: ['aws.greengrass#PublishToIoTCore'],
          resources: ['plant/line1'],
        },
      },
    });
  });

  it('puts a star where the thing is not known, and only there', () => {
    const control = accessControlFor(
      configurationOf({ a: pipeline({ publish: { cloud: { topic: 'plant/{thingName}/line1' } } }) }),
    );
    expect(control[mqttProxy]?.['mli.Inference:mqttproxy:publish']?.resources).toEqual(['plant/*/line1']);
    expect(allowed(control, mqttProxy, 'PublishToIoTCore', 'plant/device-1/line1')).toEqual([true, true]);
    expect(allowed(control, mqttProxy, 'PublishToIoTCore', 'plant/device-1/line2')).toEqual([false, false]);
    expect(allowed(control, pubsub, 'PublishToTopic', 'mli/predictions/device-1')).toEqual([true, true]);
    expect(allowed(control, pubsub, 'SubscribeToTopic', 'mli/control/update-models')).toEqual([true, true]);
    expect(allowed(control, pubsub, 'SubscribeToTopic', 'mli/predictions/device-1')).toEqual([false, false]);
  });

  it('asks for no right to what is off', () => {
    const control = accessControlFor(
      configurationOf(
        { a: pipeline({ publish: { local: null, cloud: null } }) },
        { status: { topic: null } },
      ),
    );
    expect(control[mqttProxy]).toBeUndefined();
    expect(control[pubsub]?.['mli.Inference:pubsub:publish']?.resources).toEqual([
      'mli/heartbeat/mli.Inference',
    ]);
  });

  it('takes a star in a topic for a star', () => {
    const control = accessControlFor(
      configurationOf({ a: pipeline({ publish: { local: { topic: 'lines/*/gate' } } }) }),
      'device-1',
    );
    expect(allowed(control, pubsub, 'PublishToTopic', 'lines/*/gate')).toEqual([true, true]);
    expect(allowed(control, pubsub, 'PublishToTopic', 'lines/7/gate')).toEqual([false, false]);
  });

  it('keeps the policies of the configuration, and adds to one of the same name', () => {
    const own = {
      [pubsub]: {
        'mli.Inference:pubsub:mine': { operations: ['aws.greengrass#PublishToTopic'], resources: ['mine'] },
        'mli.Inference:pubsub:publish': {
          operations: ['aws.greengrass#PublishToTopic'],
          resources: ['other'],
        },
      },
    };
    const control = accessControlFor(configurationOf({}, { accessControl: own }), 'device-1');
    expect(control[pubsub]?.['mli.Inference:pubsub:mine']?.resources).toEqual(['mine']);
    expect(control[pubsub]?.['mli.Inference:pubsub:publish']?.resources).toEqual([
      'mli/status/device-1',
      'mli/heartbeat/mli.Inference',
      'other',
    ]);
  });

  it('refuses a topic that would need every right', () => {
    const configuration = configurationOf({ a: pipeline({ publish: { local: { topic: '{thingName}' } } }) });
    expect(() => accessControlFor(configuration)).toThrow('pipelines.a.publish.local');
    expect(() => accessControlFor(configuration, 'device-1')).not.toThrow();
  });

  it.each([undefined, 'device-1'])('writes what checkAccessControl is content with (thing %s)', (thing) => {
    const pipelines = {
      a: pipeline({ rules: [gate], publish: { local: { topic: '{thingName}/x*y/${a}' } } }),
    };
    const accessControl = accessControlFor(configurationOf(pipelines), thing);
    expect(checkAccessControl(configurationOf(pipelines, { accessControl }), 'device-1')).toEqual([]);
  });
});

describe('checkAccessControl', () => {
  const recipe = {
    [pubsub]: {
      publish: {
        operations: ['aws.greengrass#PublishToTopic'],
        resources: ['mli/predictions/*', 'mli/status/*', 'mli/heartbeat/mli.Inference'],
      },
      subscribe: {
        operations: ['*'],
        resources: ['mli/control/update-models', 'mli/heartbeat/mli.Inference'],
      },
    },
  };

  it('names what is missing, and the key that asks for it', () => {
    const configuration = configurationOf({ a: pipeline({ rules: [gate] }) }, { accessControl: recipe });
    expect(checkAccessControl(configuration, 'device-1')).toEqual([
      {
        service: pubsub,
        operation: 'PublishToTopic',
        resource: 'line1/gate',
        usedBy: 'pipelines.a.rules[0].do[0]',
      },
      {
        service: mqttProxy,
        operation: 'PublishToIoTCore',
        resource: 'mli/predictions/device-1',
        usedBy: 'pipelines.a.publish.cloud',
      },
    ]);
  });

  it('reads variables and escapes as the nucleus does', () => {
    const accessControl = {
      [pubsub]: { all: { operations: ['*'], resources: ['mli/#', 'only/{iot:thingName}', 'a${*}b'] } },
      [mqttProxy]: { all: { operations: ['*'], resources: ['*'] } },
    };
    const check = (topic: string) =>
      checkAccessControl(
        configurationOf({ a: pipeline({ publish: { local: { topic } } }) }, { accessControl }),
        'device-1',
      ).map(({ resource }) => resource);
    expect(check('only/device-1')).toEqual([]);
    expect(check('only/device-2')).toEqual(['only/device-2']);
    expect(check('a*b')).toEqual([]);
    expect(check('axb')).toEqual(['axb']);
  });

  it('has nothing to say where there is no nucleus, and bears what is no policy', () => {
    expect(checkAccessControl(configurationOf({ a: pipeline() }), 'device-1')).toEqual([]);
    const odd = { [pubsub]: { a: null, b: { operations: 'x', resources: [7] } }, other: null };
    expect(checkAccessControl(configurationOf({}, { accessControl: odd }), 'device-1')).toHaveLength(4);
  });
});

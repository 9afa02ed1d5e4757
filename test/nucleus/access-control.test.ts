import { describe, expect, it } from 'vitest';
import {
  isAllowed,
  matchesResource,
  unauthorized,
  type AccessRequest,
} from '../../src/nucleus/access-control.js';
import { nucleusTraits } from '../../src/nucleus/kind.js';

const request: AccessRequest = {
  component: 'com.example.Gate',
  service: 'aws.greengrass.ipc.pubsub',
  operation: 'SubscribeToTopic',
  resource: 'line1/gate',
};

describe('a resource of a rule', () => {
  it.each([
    ['line1/gate', 'line1/gate', true],
    ['line1/gate', 'line1/gate2', false],
    ['line1.gate', 'line1/gate', false],
    ['*', 'anything/at all', true],
    ['line1/*', 'line1/gate/state', true],
    ['line1/*', 'line1', false],
    ['*/gate', 'line1/gate', true],
    ['line*/ga*e', 'line1/a/gate', true],
    ['line1/$', 'line1/$', true],
    ['line1/${*}', 'line1/*', true],
    ['line1/${*}', 'line1/gate', false],
    ['(line1|x)/gate', 'x/gate', false],
  ])('%s against %s: %s on both nuclei', (rule, resource, expected) => {
    expect(matchesResource(rule, resource, true)).toBe(expected);
    expect(matchesResource(rule, resource, false)).toBe(expected);
  });

  it.each([
    ['line1/#', 'line1', true],
    ['line1/#', 'line1/gate/state', true],
    ['line1/+', 'line1/gate', true],
    ['line1/+', 'line1/gate/state', false],
    ['+/gate', 'line1/gate', true],
    ['line1/+/state', 'line1/gate/state', true],
    ['line1/a+', 'line1/ab', false],
    ['#', 'line1/gate', true],
    ['line#', 'line1', false],
  ])('%s against %s: %s on the classic nucleus', (rule, resource, expected) => {
    expect(matchesResource(rule, resource, true)).toBe(expected);
  });

  it('has no MQTT wildcards on lite, where a filter is allowed by its own text only', () => {
    expect(matchesResource('line1/#', 'line1/gate', false)).toBe(false);
    expect(matchesResource('line1/+', 'line1/gate', false)).toBe(false);
    expect(matchesResource('line1/#', 'line1/#', false)).toBe(true);
  });
});

describe('access control', () => {
  const rules = (operations: string[], resources: string[]) => ({
    'aws.greengrass.ipc.pubsub': { 'com.example.Gate:1': { operations, resources } },
  });

  it('allows what one policy allows', () => {
    expect(
      isAllowed(
        rules(['aws.greengrass#SubscribeToTopic'], ['x', 'line1/gate']),
        request,
        nucleusTraits.classic,
        't',
      ),
    ).toBe(true);
    expect(isAllowed(rules(['*'], ['*']), request, nucleusTraits.lite, 't')).toBe(true);
  });

  it('denies another operation, another topic, another service, and without rules everything', () => {
    const { classic } = nucleusTraits;
    expect(isAllowed(rules(['aws.greengrass#PublishToTopic'], ['*']), request, classic, 't')).toBe(false);
    expect(isAllowed(rules(['SubscribeToTopic'], ['*']), request, classic, 't')).toBe(false);
    expect(isAllowed(rules(['*'], ['line1']), request, classic, 't')).toBe(false);
    expect(
      isAllowed(rules(['*'], ['*']), { ...request, service: 'aws.greengrass.ipc.mqttproxy' }, classic, 't'),
    ).toBe(false);
    expect(isAllowed({}, request, classic, 't')).toBe(false);
  });

  it('puts the name of the thing in', () => {
    const own = rules(['*'], ['things/{iot:thingName}/gate']);
    expect(
      isAllowed(own, { ...request, resource: 'things/belt-7/gate' }, nucleusTraits.classic, 'belt-7'),
    ).toBe(true);
    expect(
      isAllowed(own, { ...request, resource: 'things/belt-8/gate' }, nucleusTraits.classic, 'belt-7'),
    ).toBe(false);
  });

  it('refuses in the words of each nucleus', () => {
    expect(unauthorized(request, nucleusTraits.lite).message).toBe('IPC Operation not authorized.');
    expect(unauthorized(request, nucleusTraits.classic).message).toBe(
      'Principal com.example.Gate is not authorized to perform aws.greengrass.ipc.pubsub:aws.greengrass#SubscribeToTopic on resource line1/gate',
    );
  });
});

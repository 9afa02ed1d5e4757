import { describe, expect, it } from 'vitest';
import {
  compareVersions,
  newestOf,
  nextPatch,
  parseRequestedComponent,
} from '../../src/deploy/component-version.js';
import { localVersion } from '../../src/deploy/local/local-version.js';
import { hideSecrets } from '../../src/deploy/secrets.js';
import { parseTarget } from '../../src/deploy/target.js';
import { valueChanges } from '../../src/deploy/value-changes.js';
import { groupArn, thingArn } from './fleet.js';

const targetArn = groupArn('line-a');

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

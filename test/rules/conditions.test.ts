import { describe, expect, it } from 'vitest';
import { ruleSchema } from '../../src/config/rule.js';
import { RuleSet } from '../../src/rules/index.js';
import type { Box, Prediction } from '../../src/types.js';

const action = { type: 'topic', topic: 'gate', message: 1 };
const rules = (when: object, more: object = {}) =>
  new RuleSet([ruleSchema.parse({ name: 'r', when, do: [action], ...more })]);
const box = (label: string, at: Box = [0.4, 0.4, 0.2, 0.2], more: object = {}): Prediction => ({
  label,
  confidence: 0.9,
  box: at,
  ...more,
});
/** Shows frames at given seconds; returns the seconds at which the rule fired. */
const firedAt = (set: RuleSet, frames: [seconds: number, predictions: Prediction[]][], wallClock?: Date) =>
  frames
    .filter(([seconds, predictions]) => set.evaluate(predictions, seconds * 1000, wallClock).fired.length > 0)
    .map(([seconds]) => seconds);

describe('a condition', () => {
  it('looks at boxes in a region, by their centre or by what lies in it', () => {
    const left: Box = [0.3, 0.4, 0.3, 0.2];
    const half: Box = [0, 0, 0.5, 1];
    const fires = (region: object, at: Box) =>
      rules({ label: 'person', region }).evaluate([box('person', at)], 0).fired.length > 0;
    expect(fires({ box: half }, left)).toBe(true);
    expect(fires({ box: half }, [0.4, 0.4, 0.3, 0.2])).toBe(false);
    expect(fires({ box: half, by: 'overlap', minOverlap: 0.6 }, left)).toBe(true);
    expect(fires({ box: half, by: 'overlap', minOverlap: 0.7 }, left)).toBe(false);
  });

  it('wants so many boxes at once', () => {
    const set = rules({ label: ['car', 'truck'], atLeast: 3 });
    expect(
      firedAt(set, [
        [0, [box('car'), box('truck'), box('person')]],
        [1, [box('car'), box('truck'), box('car')]],
      ]),
    ).toEqual([1]);
  });

  it('waits until one tracked object has stayed, and fires once for each stay', () => {
    const set = rules({ label: 'person', dwell: { seconds: 3, gapSeconds: 1 } });
    const person = (track: number) => box('person', undefined, { track });
    const frames: [number, Prediction[]][] = [
      // Another one each second is no stay.
      [0, [person(1)]],
      [1, [person(2)]],
      [2, [person(3)]],
      [3, [person(3)]],
      // Missed once, within the gap.
      [4, [person(3), person(4)]],
      [5, [person(3), person(4)]],
      [6, [person(3), person(4)]],
      [7, [person(4)]],
      [8, [person(4)]],
    ];
    expect(firedAt(set, frames)).toEqual([5, 7]);
  });

  it('waits until a label has stayed where nothing is tracked, and begins anew after a gap', () => {
    const set = rules({ label: 'open', dwell: { seconds: 2, gapSeconds: 1 } });
    const open: Prediction[] = [{ label: 'open', confidence: 1 }];
    expect(
      firedAt(set, [
        [0, open],
        [1, []],
        [2, []],
        [3, open],
        [3.5, []],
        [4, open],
        [5, open],
        [6, open],
      ]),
    ).toEqual([5]);
  });

  it('notices that something has been absent, once for each absence, from its first frame on', () => {
    const set = rules({ label: 'guard', absentSeconds: 5 });
    expect(
      firedAt(set, [
        [0, []],
        [4, []],
        [5, []],
        [9, []],
        [10, [box('guard')]],
        [14, []],
        [15, []],
        [16, []],
      ]),
    ).toEqual([5, 15]);
  });

  it('raises an anomaly once, until the score has fallen below the lower limit', () => {
    const set = rules({ anomaly: { above: 3, below: 2 } });
    const score = (value: number) => [{ label: 'anomaly', confidence: 0.5, score: value }];
    expect(
      firedAt(
        set,
        [1, 3, 5, 2.5, 4, 1.9, 3.5].map((value, second) => [second, score(value)]),
      ),
    ).toEqual([1, 6]);
  });

  it('is put together by all, any and not', () => {
    const set = rules({
      all: [
        { label: 'person' },
        { not: { label: 'helmet' } },
        { any: [{ label: 'crane' }, { label: 'lift' }] },
      ],
    });
    expect(
      firedAt(set, [
        [0, [box('person')]],
        [1, [box('person'), box('lift')]],
        [2, [box('person'), box('crane'), box('helmet')]],
        [3, [box('crane')]],
      ]),
    ).toEqual([1]);
  });

  it('with an anomaly among others fires once for the anomaly', () => {
    const set = rules({ all: [{ anomaly: { above: 3, below: 2 } }, { not: { label: 'stopped' } }] });
    const score = [{ label: 'anomaly', confidence: 0.5, score: 4 }];
    expect(
      firedAt(set, [
        [0, score],
        [1, score],
      ]),
    ).toEqual([0]);
  });
});

describe('a rule', () => {
  it('tells when its condition no longer holds', () => {
    const set = rules({ label: 'glass' }, { cooldownSeconds: 60 });
    const glass: Prediction[] = [{ label: 'glass', confidence: 1 }];
    expect(set.evaluate(glass, 0).ended).toEqual([]);
    expect(set.evaluate(glass, 1).ended).toEqual([]);
    expect(set.evaluate([], 2).ended).toHaveLength(1);
    expect(set.evaluate([], 3).ended).toEqual([]);
  });

  it('fires within its schedule only, past midnight too', () => {
    const night = { schedule: [{ days: ['fri'], from: '22:00', to: '06:00' }] };
    const at = (day: number, hours: number, minutes = 0) => {
      const glass: Prediction[] = [{ label: 'glass', confidence: 1 }];
      // The first of May 2026 is a Friday.
      const clock = new Date(2026, 4, day, hours, minutes);
      return rules({ label: 'glass' }, night).evaluate(glass, 0, clock).fired.length > 0;
    };
    expect([at(1, 21, 59), at(1, 22), at(2, 5, 59), at(2, 6), at(1, 5), at(2, 23)]).toEqual([
      false,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('keeps its cooldown by the monotonic clock when the wall clock jumps', () => {
    const set = rules({ label: 'glass' }, { cooldownSeconds: 10 });
    const glass: Prediction[] = [{ label: 'glass', confidence: 1 }];
    const fired = (second: number, day: number) =>
      set.evaluate(glass, second * 1000, new Date(2026, 4, day)).fired.length > 0;
    expect([fired(0, 2), fired(1, 3), fired(2, 1), fired(10, 1)]).toEqual([true, false, false, true]);
  });

  it('about a label that the model does not have is refused, and the others work on', () => {
    const set = new RuleSet([
      ruleSchema.parse({
        name: 'typo',
        when: { any: [{ label: 'glas' }, { label: 'paper' }] },
        do: [action],
      }),
      ruleSchema.parse({ name: 'good', when: { label: 'paper' }, do: [action] }),
    ]);
    expect(set.checkLabels(['glass', 'paper'])).toEqual([{ rule: 'typo', labels: ['glas'] }]);
    const { fired } = set.evaluate([{ label: 'paper', confidence: 1 }], 0);
    expect(fired.map(({ decision }) => decision.rule)).toEqual(['good']);
  });
});

it.each([
  [{}, 'must have exactly one of'],
  [{ label: 'a', anomaly: { above: 1, below: 0 } }, 'and has label and anomaly'],
  [{ anomaly: { above: 1, below: 2 } }, 'below must not be greater'],
  [{ not: { label: 'a' }, absentSeconds: 3 }, 'goes with a label only'],
  [{ label: 'a', region: { box: [0.5, 0, 0.6, 1] } }, 'inside it and not empty'],
  [{ label: 'a', frames: { count: 3, within: 2 } }, 'count must not be greater'],
])('the condition %j is refused: %s', (when, message) => {
  const parsed = ruleSchema.safeParse({ when, do: [action] });
  expect(JSON.stringify(parsed.error?.issues)).toContain(message);
});

import { describe, expect, it } from 'vitest';
import { ruleSchema } from '../../src/config/rule.js';
import { RuleSet } from '../../src/rules/index.js';

const action = { type: 'topic', topic: 'line1/gate', message: { gate: 'glass' } };
const rules = (when: object, cooldownSeconds = 0) =>
  new RuleSet([ruleSchema.parse({ name: 'open', when, do: [action], cooldownSeconds })]);
const frame = (label: string, confidence = 0.9) => [
  { label, confidence },
  { label: 'other', confidence: 1 - confidence },
];
/** Shows frames a second apart; tells on which the rule fired. */
const firings = (set: RuleSet, frames: ReturnType<typeof frame>[]) =>
  frames.map((predictions, second) => set.evaluate(predictions, second * 1000).fired.length > 0);

describe('a rule', () => {
  it('fires on the label at the least confidence, and hands over its actions', () => {
    const set = rules({ label: 'glass', minConfidence: 0.7 });
    expect(set.evaluate(frame('glass', 0.69), 0).fired).toEqual([]);
    expect(set.evaluate(frame('paper', 0.99), 1).fired).toEqual([]);
    expect(set.evaluate(frame('glass', 0.7), 2).fired).toMatchObject([
      { decision: { rule: 'open', label: 'glass', confidence: 0.7 }, actions: [action] },
    ]);
  });

  it('takes any of several labels', () => {
    const set = rules({ label: ['paper', 'cardboard'] });
    expect(firings(set, [frame('paper'), frame('cardboard'), frame('glass')])).toEqual([true, true, false]);
  });

  it('looks at the best prediction only', () => {
    expect(rules({ label: 'other', minConfidence: 0.1 }).evaluate(frame('glass', 0.6), 0).fired).toEqual([]);
  });

  it('waits for n of the last m frames, and fires on a frame that holds itself', () => {
    const set = rules({ label: 'glass', frames: { count: 2, within: 3 } });
    const [glass, paper] = [frame('glass'), frame('paper')];
    expect(firings(set, [glass, paper, paper, glass, paper, glass])).toEqual([
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  it('starts to count anew after it fired', () => {
    const set = rules({ label: 'glass', frames: { count: 2, within: 3 } });
    const glass = frame('glass');
    expect(firings(set, [glass, glass, glass, glass])).toEqual([false, true, false, true]);
  });

  it('rests for its cooldown', () => {
    const set = rules({ label: 'glass' }, 2);
    const glass = frame('glass');
    expect(firings(set, [glass, glass, glass, glass])).toEqual([true, false, true, false]);
  });

  it('does not fire where there are no predictions', () => {
    expect(rules({ label: 'glass' }).evaluate([], 0).fired).toEqual([]);
  });
});

it('rules without a name are numbered', () => {
  const set = new RuleSet([
    ruleSchema.parse({ when: { label: 'a' }, do: [action] }),
    ruleSchema.parse({ when: { label: 'glass' }, do: [action] }),
  ]);
  expect(set.evaluate(frame('glass'), 0).fired[0]?.decision.rule).toBe('rule-2');
});

import { describe, expect, it } from 'vitest';
import { isTopicFilter, matchesFilter } from '../../src/nucleus/topic-filter.js';

describe('a topic filter', () => {
  it.each([
    ['line1/gate', 'line1/gate', true],
    ['line1/gate', 'line1/gates', false],
    ['line1/gate', 'line1', false],
    ['line1', 'line1/gate', false],
    ['+/gate', 'line1/gate', true],
    ['+/gate', 'a/b/gate', false],
    ['line1/+', 'line1/', true],
    ['line1/+', 'line1', false],
    ['line1/+/state', 'line1/gate/state', true],
    ['line1/#', 'line1', true],
    ['line1/#', 'line1/gate/state', true],
    ['line1/#', 'line2/gate', false],
    ['#', 'line1/gate', true],
    ['+', 'line1', true],
    ['+', 'line1/gate', false],
    ['/line1', 'line1', false],
    ['+/line1', '/line1', true],
    ['#', '$aws/things/a', false],
    ['+/things/a', '$aws/things/a', false],
    ['$aws/#', '$aws/things/a', true],
    ['$aws/+/a', '$aws/things/a', true],
  ])('%s against %s: %s', (filter, topic, expected) => {
    expect(matchesFilter(filter, topic)).toBe(expected);
  });

  it.each(['a', 'a/b', '+', '#', 'a/+/b', 'a/#', '/', '+/+/#'])('%s is one', (filter) => {
    expect(isTopicFilter(filter)).toBe(true);
  });

  it.each(['', 'a+', 'a/#/b', 'a/b#', '#/a', '+a/b', '##', 'a\0b'])('%j is none', (filter) => {
    expect(isTopicFilter(filter)).toBe(false);
  });
});

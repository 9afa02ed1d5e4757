import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Redraw, WatchView } from '../../src/cli/watch-view.js';
import { result, status } from '../dashboard/results.js';

const bytes = (message: unknown) => Buffer.from(JSON.stringify(message));
const at = (seconds: number) => new Date(Date.UTC(2026, 10, 20, 12, 0, seconds));

describe('the view of mli watch', () => {
  it('keeps one place for each pipeline: rate, last result, drops', () => {
    const view = new WatchView();
    for (let second = 0; second < 10; second++)
      view.add('mli/predictions/desk', bytes(result(second + 1)), at(second));
    view.add('mli/status/desk', bytes(status({ restarts: 2 })), at(10));
    const lines = view.lines(at(9), 200).map(stripVTControlCharacters);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toBe('belt-1  running    1.0/s  1 dropped, 2 restarts');
    expect(lines[1]).toMatch(/belt-1 {2}#10 .*glass .*90\.0 %.*10\.jpg/);
    expect(view.lines(at(60), 200).map(stripVTControlCharacters)[0]).toContain('0.0/s');
  });

  it('shows the last other messages below, also those that are not JSON', () => {
    const view = new WatchView();
    for (let count = 0; count < 9; count++) view.add('line1/gate', bytes({ gate: `g${count}` }), at(count));
    view.add('line1/text', Buffer.from('hello'), at(9));
    const lines = view.lines(at(9), 200).map(stripVTControlCharacters);
    expect(lines).toHaveLength(8);
    expect(lines.at(-1)).toContain('line1/text  hello');
    expect(lines.at(-2)).toContain('gate: g8');
  });

  it('cuts what is wider than the terminal', () => {
    const view = new WatchView();
    view.add('line1/gate', bytes({ text: 'x'.repeat(300) }), at(0));
    for (const line of view.lines(at(0), 40))
      expect(stripVTControlCharacters(line).length).toBeLessThanOrEqual(40);
  });

  it('draws over what it drew before', () => {
    let text = '';
    const redraw = new Redraw((more) => (text += more));
    redraw.draw(['a', 'b']);
    expect(text).not.toContain('A\u001b');
    text = '';
    redraw.draw(['c']);
    expect(text.startsWith('\u001b[2A')).toBe(true);
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { interleave } from '../../bench/interleave.mjs';
import { LineProcess } from '../../bench/line-process.mjs';

let peer: LineProcess | undefined;
afterEach(() => peer?.stop());

/** Answers each line with its double, and talks in between as libdlr does. */
const talkative = `
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  console.log('Loading the model');
  console.log(JSON.stringify([2 * JSON.parse(line)]));
});`;

describe('a line process', () => {
  it('answers each request in turn, whatever else it prints', async () => {
    peer = new LineProcess(process.execPath, ['-e', talkative]);
    expect(await peer.ask(1)).toEqual([2]);
    expect(await peer.ask(21)).toEqual([42]);
  });

  it('that ends instead of answering is an error that says how it ended', async () => {
    peer = new LineProcess(process.execPath, ['-e', 'process.exit(3)']);
    await expect(peer.ask(1)).rejects.toThrow(/ended with code 3/);
  });

  it('that cannot be started is an error that says so', async () => {
    peer = new LineProcess('/nowhere/dlr_loop', []);
    await expect(peer.ask(1)).rejects.toThrow(/cannot be started.*ENOENT/);
  });
});

it('two sides take turns, and who begins changes each round', async () => {
  const order: string[] = [];
  const side = (name: string) => async () => order.push(name);
  const blocks = await interleave(3, side('subject'), side('peer'));
  expect(order).toEqual(['subject', 'peer', 'peer', 'subject', 'subject', 'peer']);
  expect(blocks).toEqual({ subject: [1, 4, 5], peer: [2, 3, 6] });
});

import { z } from 'zod';
import type { SampleInput } from '../config/sample-input.js';
import { EdgeError } from '../errors/index.js';
import type { SampleFrame } from '../types.js';

/** The input file of a golden sample of a model that takes samples: one array a row, in the order of the channels. */
const schema = z.strictObject({ channels: z.array(z.string()), rows: z.array(z.array(z.number())) });

/** @param path for messages @throws EdgeError GOLDEN_INVALID */
export function readGoldenWindow(bytes: Buffer, input: SampleInput, path: string): SampleFrame {
  const { channels, window } = input;
  try {
    const document = schema.parse(JSON.parse(bytes.toString('utf8')));
    const { rows } = document;
    if (document.channels.join() !== channels.join() || rows.some((row) => row.length !== channels.length))
      throw new Error(`its rows must hold ${channels.join(', ')}`);
    const least = window.seconds === undefined ? window.samples : 2;
    if (rows.length < least || rows.length > window.samples)
      throw new Error(`it has ${rows.length} rows, a window has ${least} to ${window.samples}`);
    const now = new Date();
    const samples = Float64Array.from(rows.flat());
    const { rateHz } = window;
    const count = rows.length;
    return {
      kind: 'samples',
      id: 1,
      capturedAt: now,
      from: now,
      to: now,
      channels,
      count,
      timesMs: new Float64Array(count).fill(now.getTime()),
      samples,
      rateHz,
      filled: 0,
    };
  } catch (cause) {
    throw new EdgeError('GOLDEN_INVALID', { path, reason: (cause as Error).message }, { cause });
  }
}

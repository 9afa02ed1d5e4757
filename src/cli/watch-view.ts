import { styleText } from 'node:util';
import { lost } from '../pipeline/result.js';
import type { NativeResult } from '../publish/native-result.js';
import type { PipelineStatusMessage } from '../status-message.js';
import { resultLine } from './result-line.js';

interface Row {
  /** When the last results came, in milliseconds; the newest last. */
  times: number[];
  line: string;
  state: string;
  lost: number;
  restarts: number;
}

/** Other messages that are kept in sight, such as what rules did. */
const keepOthers = 6;
const rateWindowMs = 10_000;

/** Pipelines as a table that stays in its place: rate, last result, drops; below it the last other messages. */
export class WatchView {
  readonly #rows = new Map<string, Row>();
  readonly #others: string[] = [];

  add(topic: string, payload: Uint8Array, now: Date = new Date()): void {
    const message = parsed(payload);
    if (isResult(message)) {
      const row = this.#row(message.pipeline);
      row.times = [...row.times.filter((time) => now.getTime() - time < rateWindowMs), now.getTime()];
      row.line = resultLine(topic, payload, now);
    } else if (isStatus(message)) {
      const row = this.#row(message.pipeline);
      row.state = message.state;
      row.restarts = message.restarts;
      row.lost = lost(message.counters);
    } else {
      this.#others.push(resultLine(topic, payload, now));
      this.#others.splice(0, this.#others.length - keepOthers);
    }
  }

  /** @param columns width of the terminal */
  lines(now: Date, columns: number): string[] {
    const rows = [...this.#rows].map(([name, { times, line, state, lost, restarts }]) => {
      const recent = times.filter((time) => now.getTime() - time < rateWindowMs);
      const rate = `${(recent.length / (rateWindowMs / 1000)).toFixed(1).padStart(5)}/s`;
      const trouble = lost + restarts > 0 ? `  ${lost} dropped, ${restarts} restarts` : '';
      return [`${styleText('bold', name)}  ${state}  ${rate}${trouble}`, `  ${line}`];
    });
    const nothing = rows.length === 0 ? ['waiting for results …'] : [];
    return [...nothing, ...rows.flat(), ...(this.#others.length > 0 ? ['', ...this.#others] : [])].map(
      (line) => cut(line, columns),
    );
  }

  #row(name: string): Row {
    let row = this.#rows.get(name);
    if (!row) this.#rows.set(name, (row = { times: [], line: '', state: '', lost: 0, restarts: 0 }));
    return row;
  }
}

/** Draws lines over those that it drew before. */
export class Redraw {
  #drawn = 0;
  readonly #write: (text: string) => void;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  draw(lines: readonly string[]): void {
    const up = this.#drawn > 0 ? `\u001b[${this.#drawn}A` : '';
    // Each line, and all below the last, is cleared: the text before may have been longer.
    this.#write(`${up}${lines.map((line) => `\u001b[2K${line}\n`).join('')}\u001b[0J`);
    this.#drawn = lines.length;
  }
}

const colour = /\u001b\[[0-9;]*m/g;

/** A line that wrapped would push the table down. */
function cut(line: string, columns: number): string {
  if (line.replace(colour, '').length <= columns) return line;
  return `${line.replace(colour, '').slice(0, Math.max(1, columns - 1))}…`;
}

function parsed(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch {
    // Other components may publish what they like: it is shown as text.
    return undefined;
  }
}

const has = (message: unknown, ...keys: string[]): boolean =>
  typeof message === 'object' && message !== null && keys.every((key) => key in message);
const isResult = (message: unknown): message is NativeResult =>
  has(message, 'pipeline', 'predictions', 'timingsMs');
const isStatus = (message: unknown): message is PipelineStatusMessage =>
  has(message, 'pipeline', 'state', 'counters', 'restarts');

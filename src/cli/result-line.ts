import { styleText } from 'node:util';
import type { NativeResult } from '../publish/native-result.js';

/** Colours for people only: not in a pipe, a file or where NO_COLOR asks for none. */
const emphasised = (text: string): string =>
  process.stdout.isTTY && !process.env['NO_COLOR'] ? styleText(['bold', 'green'], text) : text;

const bar = (fraction: number): string => '█'.repeat(Math.round(fraction * 10)).padEnd(10, '·');
const clock = (time: Date): string => time.toTimeString().slice(0, 8);

/** A message as a person reads it: one line, in columns where it is a native result. */
export function resultLine(topic: string, payload: Uint8Array, now = new Date()): string {
  const text = Buffer.from(payload).toString('utf8');
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    // Other components may publish what they like.
    return `${clock(now)}  ${topic}  ${text.slice(0, 500)}`;
  }
  if (isNativeResult(message)) return `${clock(now)}  ${nativeLine(message)}`;
  return `${clock(now)}  ${emphasised(`→ ${topic}  ${flat(message)}`)}`;
}

function nativeLine({ pipeline, frame, predictions, timingsMs, decision }: NativeResult): string {
  const best = predictions[0];
  const total = timingsMs.capture + timingsMs.preprocess + timingsMs.infer + timingsMs.decode;
  const columns = [
    pipeline,
    `#${frame.id}`.padEnd(5),
    (best?.label ?? '(nothing)').padEnd(10),
    `${((best?.confidence ?? 0) * 100).toFixed(1).padStart(5)} %`,
    bar(best?.confidence ?? 0),
    `${total.toFixed(1).padStart(6)} ms`,
    (frame.name ?? '').padEnd(20),
    decision ? `rule ${decision.rule}` : '',
  ];
  return columns.join('  ').trimEnd();
}

/** `{"gate": "glass"}` as `gate: glass`; what is not flat stays JSON. */
function flat(message: unknown): string {
  const isFlat =
    typeof message === 'object' &&
    message !== null &&
    Object.values(message).every((value) => typeof value !== 'object');
  if (!isFlat) return JSON.stringify(message);
  return Object.entries(message)
    .map(([key, value]) => `${key}: ${String(value)}`)
    .join(', ');
}

function isNativeResult(message: unknown): message is NativeResult {
  return (
    typeof message === 'object' &&
    message !== null &&
    'pipeline' in message &&
    'predictions' in message &&
    'timingsMs' in message
  );
}

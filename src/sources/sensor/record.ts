import { EdgeError } from '../../errors/index.js';
import type { Reading } from '../../samples.js';

/** How a record (a row of a CSV file, a JSON object) becomes a reading. */
export interface RecordFormat {
  readonly channels: readonly string[];
  /** channel → key of the record */
  readonly fields: Readonly<Record<string, string>>;
  readonly timeField?: string | undefined;
}

/** A plain number, as text. */
const numeric = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
/** Unix times above this are in milliseconds: as seconds it is the year 5138. */
const greatestSeconds = 1e11;

/**
 * @param place of the record, for messages: a file and line, a topic
 * @param now time where the record has none, Unix ms
 * @throws EdgeError SENSOR_VALUE_INVALID, SENSOR_CHANNELS_MISSING
 */
export function toReading(
  record: Readonly<Record<string, unknown>>,
  { channels, fields, timeField }: RecordFormat,
  place: string,
  now: number,
): Reading {
  const values = Float64Array.from(channels, (channel) => {
    const field = fields[channel] ?? channel;
    return numberOf(lookUp(record, field), field, place);
  });
  if (values.every(Number.isNaN)) {
    const wanted = channels.map((channel) => fields[channel] ?? channel);
    throw new EdgeError('SENSOR_CHANNELS_MISSING', { place, wanted, found: Object.keys(record) });
  }
  const timeMs = timeField === undefined ? now : timeOf(lookUp(record, timeField), timeField, place);
  return { timeMs, values };
}

function lookUp(record: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(record, path)) return record[path];
  return path.split('.').reduce<unknown>((value, key) => {
    const inside = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
    return inside ? (value as Record<string, unknown>)[key] : undefined;
  }, record);
}

/** NaN where there is nothing. */
function numberOf(value: unknown, field: string, place: string): number {
  if (value === undefined || value === null || value === '') return NaN;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  const text = textOf(value);
  if (text === '' || /^(nan|null|na)$/i.test(text)) return NaN;
  if (typeof value === 'string' && numeric.test(text)) return Number(text);
  throw new EdgeError('SENSOR_VALUE_INVALID', { place, field, value: text.slice(0, 60), rule: 'a number' });
}

function timeOf(value: unknown, field: string, place: string): number {
  const text = textOf(value);
  if (numeric.test(text)) {
    const number = Number(text);
    return Math.abs(number) > greatestSeconds ? number : number * 1000;
  }
  const withZone =
    /\d([zZ]|[-+]\d\d:?\d\d)$/.test(text) && text.includes(':') ? text : `${text.replace(' ', 'T')}Z`;
  const time = Date.parse(/^\d{4}-\d\d-\d\dZ$/.test(withZone) ? withZone.slice(0, -1) : withZone);
  if (Number.isNaN(time))
    throw new EdgeError('SENSOR_VALUE_INVALID', { place, field, value: text.slice(0, 60), rule: 'a time' });
  return time;
}

const textOf = (value: unknown): string =>
  (typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)).trim();

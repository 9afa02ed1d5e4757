import { EdgeError, isEdgeError } from '../../errors/index.js';
import type { ReadingReader } from './reading.js';
import { monotonicNow } from './reading.js';
import { ReadingQueue } from './reading-queue.js';
import { toReading, type RecordFormat } from './record.js';
import type { Skip } from './sensor-source.js';

/** Where the component's process leaves what came on a topic: this process has no identity of its own to subscribe with. */
export interface ReadingInbox {
  /** @returns ends it */
  listen(receive: (body: Uint8Array) => void): () => void;
}

/** Readings of a topic: each message is a JSON object, or a list of them. */
export function openForwarded(
  inbox: ReadingInbox,
  topic: string,
  format: RecordFormat,
  skip: Skip,
): ReadingReader {
  const queue = new ReadingQueue();
  const end = inbox.listen((body) => {
    for (const record of recordsIn(body, topic, skip)) {
      try {
        queue.put(toReading(record, format, `a message on ${topic}`, monotonicNow()));
      } catch (error) {
        if (!isEdgeError(error)) throw error;
        skip(error, 'readingsInvalid');
      }
    }
  });
  return queue.closing(async () => {
    end();
  });
}

function recordsIn(body: Uint8Array, topic: string, skip: Skip): Record<string, unknown>[] {
  const text = Buffer.from(body).toString('utf8');
  const refuse = () => {
    const details = {
      place: `a message on ${topic}`,
      field: 'the message',
      value: text.slice(0, 60),
      rule: 'a JSON object or a list of them',
    };
    skip(new EdgeError('SENSOR_VALUE_INVALID', details), 'readingsInvalid');
    return [];
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse();
  }
  const records = Array.isArray(value) ? (value as unknown[]) : [value];
  return records.every(isObject) ? records : refuse();
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

import type { SerialSourceConfig } from '../../config/sensor-source.js';
import { EdgeError, isEdgeError } from '../../errors/index.js';
import { monotonicNow, type ReadingReader } from './reading.js';
import { ReadingQueue } from './reading-queue.js';
import { toReading } from './record.js';
import type { Skip } from './sensor-source.js';

/** A device that sends no line end must not fill the memory. */
const maxLineBytes = 65_536;

/** Readings of a device on a serial line, one a line. @throws EdgeError SENSOR_DEVICE_FAILED */
export async function openSerial(
  config: SerialSourceConfig,
  channels: readonly string[],
  skip: Skip,
): Promise<ReadingReader> {
  const { SerialPort } = await import('serialport');
  const { path, baudRate } = config;
  const fault = (reason: string, cause?: unknown) =>
    new EdgeError('SENSOR_DEVICE_FAILED', { path, reason }, { cause });
  const port = new SerialPort({ path, baudRate, autoOpen: false });
  await new Promise<void>((resolve, reject) =>
    port.open((error) => (error ? reject(fault(error.message, error)) : resolve())),
  );
  const queue = new ReadingQueue();
  let rest = '';
  // The first line may have begun before we listened.
  let whole = false;
  port.on('data', (bytes: Buffer) => {
    const lines = (rest + bytes.toString('utf8')).split(/\r?\n/);
    rest = (lines.pop() ?? '').slice(-maxLineBytes);
    for (const line of lines) {
      const partial = !whole;
      whole = true;
      if (line.trim() === '') continue;
      try {
        queue.put(toReading(recordOf(line, config), { ...config, channels }, path, monotonicNow()));
      } catch (error) {
        if (!isEdgeError(error)) throw error;
        if (!partial) skip(error, 'readingsInvalid');
      }
    }
  });
  port.on('error', (error: Error) => queue.end(fault(error.message, error)));
  port.on('close', () => queue.end(fault('it was closed or unplugged')));
  return queue.closing(async () => {
    if (port.isOpen) await new Promise<void>((resolve) => port.close(() => resolve()));
  });
}

function recordOf(
  line: string,
  { format, columns, separator, path }: SerialSourceConfig,
): Record<string, unknown> {
  const refuse = (rule: string) =>
    new EdgeError('SENSOR_VALUE_INVALID', { place: path, field: 'the line', value: line.slice(0, 60), rule });
  if (format === 'csv') {
    const values = line.split(separator).map((text) => text.trim());
    if (values.length !== columns.length) throw refuse(`${columns.length} values (${columns.join(', ')})`);
    return Object.fromEntries(columns.map((column, index) => [column, values[index]]));
  }
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw refuse('a JSON object');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refuse('a JSON object');
  return value as Record<string, unknown>;
}

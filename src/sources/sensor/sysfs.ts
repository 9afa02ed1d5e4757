import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { SysfsSourceConfig } from '../../config/sensor-source.js';
import { EdgeError } from '../../errors/index.js';
import { pause } from '../../pause.js';
import type { Reading } from '../../samples.js';
import { monotonicNow, type ReadingReader } from './reading.js';

/** One input: its file, and how its integer becomes a value. */
interface Input {
  readonly file: string;
  readonly offset: number;
  readonly scale: number;
}

/** Units of hwmon by the kind of input (Documentation/hwmon/sysfs-interface): m°C, mV, mA, µW, 1/min. */
const hwmonScales: Readonly<Record<string, number>> = {
  temp: 1e-3,
  in: 1e-3,
  curr: 1e-3,
  power: 1e-6,
  fan: 1,
  humidity: 1e-3,
};

/** Reads files of sysfs at a fixed rate; ticks that a slow file missed are left out. @throws EdgeError SENSOR_DEVICE_FAILED */
export async function openSysfs(
  config: SysfsSourceConfig,
  channels: readonly string[],
): Promise<ReadingReader> {
  const inputs = await Promise.all(channels.map((channel) => find(config, channel)));
  const periodMs = 1000 / config.sampleHz;
  const start = performance.now();
  let tick = 0;
  return {
    pending: 0,
    next: async (signal) => {
      tick = Math.max(tick + 1, Math.ceil((performance.now() - start) / periodMs));
      const waitMs = start + tick * periodMs - performance.now();
      if (waitMs > 0 && !(await pause(waitMs, signal))) return undefined;
      return read(inputs);
    },
    stop: async () => undefined,
  };
}

async function read(inputs: readonly Input[]): Promise<Reading> {
  const values = await Promise.all(
    inputs.map(async ({ file, offset, scale }) => (Number(await readText(file)) + offset) * scale),
  );
  return { timeMs: monotonicNow(), values: Float64Array.from(values) };
}

async function find({ type, root, inputs }: SysfsSourceConfig, channel: string): Promise<Input> {
  const wanted = inputs[channel];
  if (wanted === undefined)
    throw new EdgeError('SENSOR_COLUMN_MISSING', {
      path: root,
      missing: [channel],
      columns: Object.keys(inputs),
    });
  const [device = '', ...rest] = wanted.split('/');
  const folder = await deviceFolder(root, device);
  const name = rest.join('/');
  if (type === 'hwmon') {
    const scale = hwmonScales[/^[a-z]+/.exec(name)?.[0] ?? ''] ?? 1;
    return { file: path.join(folder, `${name}_input`), offset: 0, scale };
  }
  // Scale and offset belong to the input (in_accel_x_scale) or to all of its kind (in_accel_scale).
  const kinds = [`in_${name}`, `in_${name.replace(/_[^_]+$/, '')}`];
  const [offset, scale] = await Promise.all([
    firstNumber(folder, kinds, 'offset', 0),
    firstNumber(folder, kinds, 'scale', 1),
  ]);
  return { file: path.join(folder, `in_${name}_raw`), offset, scale };
}

/** Numbers of devices change from boot to boot; their names do not. */
async function deviceFolder(root: string, name: string): Promise<string> {
  const found: string[] = [];
  const entries = await readdir(root).catch((cause: unknown) => {
    throw new EdgeError('SENSOR_DEVICE_FAILED', { path: root, reason: (cause as Error).message }, { cause });
  });
  for (const entry of entries.sort()) {
    const text = await readFile(path.join(root, entry, 'name'), 'utf8').catch(() => '');
    if (text.trim() === name) return path.join(root, entry);
    if (text) found.push(text.trim());
  }
  const reason = `there is no device named ${name} (there: ${found.join(', ') || 'none'})`;
  throw new EdgeError('SENSOR_DEVICE_FAILED', { path: root, reason });
}

async function firstNumber(
  folder: string,
  names: readonly string[],
  what: string,
  otherwise: number,
): Promise<number> {
  for (const name of names) {
    const text = await readFile(path.join(folder, `${name}_${what}`), 'utf8').catch(() => undefined);
    if (text !== undefined) return Number(text);
  }
  return otherwise;
}

async function readText(file: string): Promise<string> {
  try {
    const text = (await readFile(file, 'utf8')).trim();
    if (text === '' || !Number.isFinite(Number(text)))
      throw new Error(`it holds "${text.slice(0, 40)}", no number`);
    return text;
  } catch (cause) {
    throw new EdgeError('SENSOR_DEVICE_FAILED', { path: file, reason: (cause as Error).message }, { cause });
  }
}

import { spawn, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleInputSchema } from '../../../src/config/sample-input.js';
import { sourceSchema } from '../../../src/config/source.js';
import { createLogger } from '../../../src/logger.js';
import { createWindowing } from '../../../src/preprocess/index.js';
import { createSource, type FrameSource } from '../../../src/sources/index.js';
import type { SampleFrame } from '../../../src/types.js';

const never = new AbortController().signal;
let folder: string;
beforeAll(async () => (folder = await mkdtemp(path.join(tmpdir(), 'mli-sensors-'))));
afterAll(() => rm(folder, { recursive: true }));

let deliver: (body: Uint8Array) => void = () => undefined;
const inbox = {
  listen: (receive: (body: Uint8Array) => void) => {
    deliver = receive;
    return () => undefined;
  },
};

function source(config: object, channels = ['a', 'b'], samples = 2): FrameSource {
  const input = sampleInputSchema.parse({
    kind: 'samples',
    name: 'x',
    dtype: 'float32',
    channels,
    window: { samples, hop: 1, maxGapSeconds: 1e6 },
    shape: [1, samples, channels.length],
    mean: channels.map(() => 0),
    std: channels.map(() => 1),
  });
  const logger = createLogger({ name: 'test', level: 'silent' });
  const windowing = createWindowing(input);
  return createSource(sourceSchema.parse(config), { minWidth: 0, minHeight: 0, logger, windowing, inbox });
}

async function take(from: FrameSource, count = Infinity): Promise<number[][]> {
  const rows: number[][] = [];
  while (rows.length < count) {
    const frame = (await from.next(never)) as SampleFrame | undefined;
    if (!frame) break;
    rows.push([...frame.samples]);
  }
  return rows;
}

async function file(name: string, text: string): Promise<string> {
  await writeFile(path.join(folder, name), text);
  return path.join(folder, name);
}

const code = (code: string) => expect.objectContaining({ code }) as Error;

describe('a recording', () => {
  it('of CSV is played in windows, with columns under other names and its own times', async () => {
    const text = 't;A;b\n2020-03-09 10:14:33;1;10\n2020-03-09 10:14:34;2;20\n2020-03-09 10:14:35;3;30\n';
    const csv = source({
      type: 'csv',
      path: await file('a.csv', text),
      separator: ';',
      timeField: 't',
      fields: { a: 'A' },
      speed: 0,
    });
    const first = (await csv.next(never)) as SampleFrame;
    expect([...first.samples]).toEqual([1, 10, 2, 20]);
    expect(first).toMatchObject({
      name: 'a.csv',
      id: 1,
      from: new Date('2020-03-09T10:14:33Z'),
      to: new Date('2020-03-09T10:14:34Z'),
    });
    expect(await take(csv)).toEqual([[2, 20, 3, 30]]);
    await csv.stop();
  });

  it('of JSON lines reads nested keys, and goes on in time where it is played in a loop', async () => {
    const lines = [1, 2, 3].map((n) => JSON.stringify({ t: 1_700_000_000 + n, a: n, in: { b: n * 10 } }));
    const config = {
      type: 'jsonl',
      path: await file('a.jsonl', lines.join('\n')),
      fields: { b: 'in.b' },
      timeField: 't',
      speed: 0,
      loop: true,
    };
    const looped = source(config);
    expect(await take(looped, 4)).toEqual([
      [1, 10, 2, 20],
      [2, 20, 3, 30],
      [3, 30, 1, 10],
      [1, 10, 2, 20],
    ]);
    expect(looped.counters.sensor?.readingsLate).toBe(0);
    await looped.stop();
  });

  it('names a missing column and those that there are', async () => {
    const csv = source({ type: 'csv', path: await file('c.csv', 'a,c\n1,2\n') });
    await expect(csv.next(never)).rejects.toThrow(code('SENSOR_COLUMN_MISSING'));
    await expect(csv.next(never)).rejects.toThrow(/lacks b; it has a, c/);
  });

  it('goes on after text in a number and after a time that goes back, and counts both', async () => {
    const text = 't,a,b\n1,1,1\n2,2,2\n3,x,3\n0,9,9\n4,4,4\n';
    const csv = source({ type: 'csv', path: await file('d.csv', text), timeField: 't', speed: 0 });
    expect(await take(csv)).toEqual([
      [1, 1, 2, 2],
      [2, 2, 4, 4],
    ]);
    expect(csv.counters.sensor).toMatchObject({ readingsInvalid: 1, readingsLate: 1, readings: 3 });
  });

  it('that is shorter than a window says so', async () => {
    const csv = source({ type: 'csv', path: await file('e.csv', 'a,b\n1,2\n'), speed: 0, loop: true });
    await expect(csv.next(never)).rejects.toThrow(/has 1 readings, a window of the model needs 2/);
  });

  it('is paced by its own clock, divided by the speed', async () => {
    const text = 't,a,b\n0,1,1\n20,2,2\n40,3,3\n';
    const csv = source({ type: 'csv', path: await file('f.csv', text), timeField: 't', speed: 100 });
    const started = performance.now();
    expect(await take(csv)).toHaveLength(2);
    expect(performance.now() - started).toBeGreaterThanOrEqual(390);
  });
});

describe('readings of a topic', () => {
  it('come one or several a message; what is none is counted and costs nothing else', async () => {
    const topic = source({ type: 'topic', topic: 'plant/pump' });
    const first = take(topic, 1);
    await new Promise((resolve) => setImmediate(resolve));
    for (const text of ['{"a":1,"b":2}', 'no json', '{"c":1}', '{"a":"warm","b":1}', '[{"a":3,"b":4}]'])
      deliver(Buffer.from(text));
    expect(await first).toEqual([[1, 2, 3, 4]]);
    expect(topic.counters.sensor).toMatchObject({ readings: 2, readingsInvalid: 3 });
    await topic.stop();
  });

  it('that come late are sorted in within the stated time, and counted beyond it', async () => {
    const config = { type: 'topic', topic: 'plant/pump', timeField: 't', latenessSeconds: 2 };
    const topic = source(config);
    const rows = take(topic, 4);
    await new Promise((resolve) => setImmediate(resolve));
    for (const t of [10, 12, 11, 13, 9.5, 14, 15, 16]) {
      deliver(Buffer.from(JSON.stringify({ t: 1_700_000_000 + t, a: t, b: 0 })));
      // One by one, so that no window takes the place of the one before.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect((await rows).flatMap((row) => [row[0], row[2]])).toEqual([10, 11, 11, 12, 12, 13, 13, 14]);
    expect(topic.counters.sensor).toMatchObject({ readingsLate: 1 });
    await topic.stop();
    expect(() => sourceSchema.parse({ ...config, timeField: undefined })).toThrow('needs timeField');
  });

  it('that wait for older ones outlive a fault', async () => {
    const topic = source({ type: 'topic', topic: 'plant/pump', timeField: 't', latenessSeconds: 2 });
    const send = async (...times: number[]) => {
      await new Promise((resolve) => setImmediate(resolve));
      for (const t of times) deliver(Buffer.from(JSON.stringify({ t: 1_700_000_000 + t, a: t, b: 0 })));
    };
    const fault = new AbortController();
    const nothing = topic.next(fault.signal);
    await send(10, 11);
    setImmediate(() => fault.abort());
    expect(await nothing).toBeUndefined();
    await topic.stop();
    const rows = take(topic, 1);
    await send(20);
    expect(await rows).toEqual([[10, 0, 11, 0]]);
    await topic.stop();
  });

  it('that stay out for too long are a fault', async () => {
    const topic = source({ type: 'mqtt', topic: 'plant/pump', stallSeconds: 1 });
    await expect(topic.next(never)).rejects.toThrow(code('SOURCE_STALLED'));
    await topic.stop();
  });

  it('that come faster than they are taken are bounded, the newest stay, and the lost ones are counted', async () => {
    const topic = source({ type: 'topic', topic: 'plant/pump' });
    const first = take(topic, 1);
    await new Promise((resolve) => setImmediate(resolve));
    const readings = Array.from({ length: 5000 }, (_, n) => ({ a: n, b: n }));
    deliver(Buffer.from(JSON.stringify(readings)));
    expect(await first).toEqual([[4998, 4998, 4999, 4999]]);
    expect(topic.counters.sensor?.readingsDropped).toBe(904);
    await topic.stop();
  });
});

describe('a serial line', () => {
  it('gives readings of a real pseudo-terminal, and a fault when it is unplugged', async () => {
    // It says the same over and over: what a terminal held before it was opened is discarded.
    const script = `
import os, pty, select, sys, time, tty
main, sub = pty.openpty()
tty.setraw(sub)
print(os.ttyname(sub), flush=True)
while not select.select([sys.stdin], [], [], 0.05)[0]:
    os.write(main, b'{"a": 1, "b": 2}\\n{"a": 3,')
    os.write(main, b' "b": 4}\\r\\n{"a": "x"}\\n')
`;
    const device = spawn('python3', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [name] = (await once(device.stdout, 'data')) as [Buffer];
    const serial = source({ type: 'serial', path: name.toString().trim() });
    const rows = await take(serial, 3);
    for (const row of rows) expect(['1,2,3,4', '3,4,1,2']).toContain(row.join());
    expect(serial.counters.sensor?.readingsInvalid).toBeGreaterThan(0);
    device.stdin.write('end\n');
    await once(device, 'exit');
    await expect(take(serial)).rejects.toThrow(code('SENSOR_DEVICE_FAILED'));
    await serial.stop();
  });

  it('that is not there is named', async () => {
    await expect(source({ type: 'serial', path: '/dev/nowhere' }).next(never)).rejects.toThrow(
      /\/dev\/nowhere/,
    );
  });
});

describe('sysfs', () => {
  it('of hwmon is read by the names of chips, in °C and V', async () => {
    const chip = path.join(folder, 'hwmon/hwmon3');
    await mkdir(chip, { recursive: true });
    await writeFile(path.join(chip, 'name'), 'pump_board\n');
    await writeFile(path.join(chip, 'temp1_input'), '41500\n');
    await writeFile(path.join(chip, 'in0_input'), '3300\n');
    const inputs = { a: 'pump_board/temp1', b: 'pump_board/in0' };
    const hwmon = source({ type: 'hwmon', root: path.join(folder, 'hwmon'), inputs, sampleHz: 100 });
    expect(await take(hwmon, 1)).toEqual([[41.5, 3.3000000000000003, 41.5, 3.3000000000000003]]);
    await rm(path.join(chip, 'temp1_input'));
    await expect(take(hwmon, 9)).rejects.toThrow(code('SENSOR_DEVICE_FAILED'));
  });

  it('of iio takes scale and offset of the input or of its kind', async () => {
    const device = path.join(folder, 'iio/iio:device0');
    await mkdir(device, { recursive: true });
    const values = {
      name: 'adxl345',
      in_accel_x_raw: '-10',
      in_accel_scale: '0.5',
      in_temp_raw: '100',
      in_temp_offset: '20',
      in_temp_scale: '0.1',
    };
    for (const [name, text] of Object.entries(values)) await writeFile(path.join(device, name), `${text}\n`);
    const inputs = { a: 'adxl345/accel_x', b: 'adxl345/temp' };
    const iio = source({ type: 'iio', root: path.join(folder, 'iio'), inputs, sampleHz: 100 });
    expect(await take(iio, 1)).toEqual([[-5, 12, -5, 12]]);
    const unknown = source({ type: 'iio', root: path.join(folder, 'iio'), inputs: { a: 'x/y', b: 'x/z' } });
    await expect(unknown.next(never)).rejects.toThrow(/no device named x \(there: adxl345\)/);
  });
});

describe('a microphone', () => {
  it('is the level of the samples that a program writes, in dBFS', async () => {
    const sine = `import math,struct,sys
sys.stdout.buffer.write(b''.join(struct.pack('<h', round(16384*math.sin(2*math.pi*100*n/8000))) for n in range(3200)))`;
    const command = ['python3', '-c', sine];
    const fields = { a: 'rms', b: 'peak' };
    const audio = source({ type: 'audio', command, sampleHz: 8000, fields });
    const [first] = await take(audio, 1);
    // Half of full scale: a peak of -6.02 dBFS, and 3.01 dB less in the root mean square.
    expect(first?.map((value) => Number(value.toFixed(2)))).toEqual([-9.03, -6.02, -9.03, -6.02]);
    await audio.stop();
  });

  it('says what its program said when it fails', async () => {
    const command = ['sh', '-c', 'echo no such card >&2; exit 1'];
    const audio = source({ type: 'audio', command, fields: { a: 'rms', b: 'peak' } });
    await expect(audio.next(never)).rejects.toThrow(/no such card/);
  });

  it.skipIf(!hasMicrophone())(
    'gives levels of a real device [needs arecord and a capture device]',
    async () => {
      const audio = source({ type: 'audio', fields: { a: 'rms', b: 'peak' } });
      expect((await take(audio, 1))[0]?.every(Number.isFinite)).toBe(true);
      await audio.stop();
    },
  );
});

function hasMicrophone(): boolean {
  try {
    return execFileSync('arecord', ['-l'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).includes('card');
  } catch {
    return false;
  }
}

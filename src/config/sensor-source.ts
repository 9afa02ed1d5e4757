import { z } from 'zod';
import { boolean, integer, number, topic } from './scalars.js';

/** Windows come as the readings do; an interval takes the newest window at each tick instead. */
const intervalSeconds = () =>
  number(z.number().min(0).max(86_400))
    .default(0)
    .describe('Least time between two inferences; 0 infers each window.');

const fields = z
  .record(z.string(), z.string().min(1))
  .default({})
  .describe(
    "Where the model's channels are in the data: channel → column or key (a.b for nested ones). Default: its own name.",
  );

const timeField = z
  .string()
  .min(1)
  .optional()
  .describe(
    'Column or key of the time: ISO 8601, or Unix time in seconds or milliseconds; without a zone it is UTC. Absent: when the reading comes.',
  );

const stallSeconds = number(z.number().min(1).max(86_400))
  .default(60)
  .describe('Without a reading for this long the source counts as stalled and is opened again.');

const latenessSeconds = number(z.number().min(0).max(3600))
  .default(0)
  .describe(
    'Readings wait for so long, by the times that they carry, for older ones, and are sorted; it needs timeField. Those that come later still are left out and counted (readingsLate), and so are those that come after 4096 newer ones: no more readings than these wait. A clock that was set back is followed once all readings were too late for as long as the lateness and a window, 10 s at least.',
  );

/** Readings are sorted by the times that they carry. */
const hasTimes = ({
  latenessSeconds,
  timeField,
}: {
  latenessSeconds: number;
  timeField?: string | undefined;
}) => latenessSeconds === 0 || timeField !== undefined;
const timesNeeded = { path: ['latenessSeconds'], message: 'needs timeField' };

const live = { intervalSeconds: intervalSeconds(), fields, timeField, latenessSeconds, stallSeconds };

export const topicSource = z
  .strictObject({ type: z.literal('topic'), topic: topic(), ...live })
  .refine(hasTimes, timesNeeded)
  .describe('Readings that other components publish as JSON on a local topic: an object, or a list of them.');

export const mqttSource = z
  .strictObject({
    type: z.literal('mqtt'),
    topic: topic(),
    qos: z.union([z.literal(0), z.literal(1)]).default(1),
    ...live,
  })
  .refine(hasTimes, timesNeeded)
  .describe('Readings as JSON on a topic of AWS IoT Core.');

const replay = {
  path: z.string().min(1),
  intervalSeconds: intervalSeconds(),
  fields,
  timeField,
  speed: number(z.number().min(0).max(1_000_000))
    .default(1)
    .describe('How much faster than its times the recording is played; 0: as fast as the model takes it.'),
  loop: boolean().default(false).describe('Start again at the end; otherwise the pipeline ends there.'),
  stepSeconds: number(z.number().positive().max(86_400))
    .default(1)
    .describe('Time between two rows where there is no timeField.'),
};

export const csvSource = z
  .strictObject({
    type: z.literal('csv'),
    ...replay,
    separator: z.string().length(1).default(',').describe('Between the columns; the first line names them.'),
  })
  .describe('A recording, one reading a line.');

export const jsonlSource = z
  .strictObject({ type: z.literal('jsonl'), ...replay })
  .describe('A recording, one JSON object a line.');

export const serialSource = z
  .strictObject({
    type: z.literal('serial'),
    path: z.string().min(1).describe('Device: better one of /dev/serial/by-id, which keeps its name.'),
    baudRate: integer(50, 4_000_000).default(115_200),
    format: z
      .enum(['json', 'csv'])
      .default('json')
      .describe('Of each line; json: an object, csv: values only.'),
    columns: z.array(z.string().min(1)).default([]).describe('csv: names of the values, in their order.'),
    separator: z.string().length(1).default(','),
    ...live,
  })
  .refine(hasTimes, timesNeeded)
  .refine(({ format, columns }) => format === 'json' || columns.length > 0, {
    path: ['columns'],
    message: 'csv needs the names of the columns',
  });

const sampled = {
  intervalSeconds: intervalSeconds(),
  stallSeconds,
  sampleHz: number(z.number().min(0.001).max(1000)).default(1).describe('How often the files are read.'),
};

export const hwmonSource = z
  .strictObject({
    type: z.literal('hwmon'),
    root: z.string().min(1).default('/sys/class/hwmon'),
    inputs: z
      .record(z.string(), z.string().min(1))
      .describe(
        'channel → chip/input, such as { temperature: "cpu_thermal/temp1" }: the chip by its name file.',
      ),
    ...sampled,
  })
  .describe(
    "Linux' hardware monitoring: temperatures (°C), voltages (V), currents (A), fans (1/min), power (W).",
  );

export const iioSource = z
  .strictObject({
    type: z.literal('iio'),
    root: z.string().min(1).default('/sys/bus/iio/devices'),
    inputs: z
      .record(z.string(), z.string().min(1))
      .describe('channel → device/input, such as { x: "adxl345/accel_x" }: the device by its name file.'),
    ...sampled,
  })
  .describe("Linux' Industrial I/O: (raw + offset) * scale of each input, in the unit of its kind.");

export const audioSource = z
  .strictObject({
    type: z.literal('audio'),
    device: z.string().min(1).default('default').describe('ALSA device, such as plughw:1,0.'),
    sampleHz: integer(8000, 192_000).default(16_000),
    levelSeconds: number(z.number().min(0.01).max(10))
      .default(0.1)
      .describe('A reading for each so long a piece.'),
    command: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe(
        'Program and arguments that write mono 16-bit little-endian samples at sampleHz; default: arecord.',
      ),
    intervalSeconds: intervalSeconds(),
    fields,
    stallSeconds,
  })
  .describe('Loudness of a microphone: `rms` and `peak` in dBFS. The sound itself is not kept.');

export const sensorSources = [
  topicSource,
  mqttSource,
  csvSource,
  jsonlSource,
  serialSource,
  hwmonSource,
  iioSource,
  audioSource,
] as const;

const sensorTypes = new Set<string>(['topic', 'mqtt', 'csv', 'jsonl', 'serial', 'hwmon', 'iio', 'audio']);

export type ForwardedSourceConfig = z.output<typeof topicSource> | z.output<typeof mqttSource>;
export type ReplaySourceConfig = z.output<typeof csvSource> | z.output<typeof jsonlSource>;
export type SerialSourceConfig = z.output<typeof serialSource>;
export type SysfsSourceConfig = z.output<typeof hwmonSource> | z.output<typeof iioSource>;
export type AudioSourceConfig = z.output<typeof audioSource>;
export type SensorSourceConfig =
  ForwardedSourceConfig | ReplaySourceConfig | SerialSourceConfig | SysfsSourceConfig | AudioSourceConfig;

export const isSensor = <T extends { readonly type: string }>(
  source: T,
): source is Extract<T, { type: SensorSourceConfig['type'] }> => sensorTypes.has(source.type);

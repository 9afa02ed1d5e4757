import { entry } from './entry.js';

/** Errors of sensors and their recordings. */
export const sensorErrors = {
  SENSOR_COLUMN_MISSING: entry<{ path: string; missing: string[]; columns: readonly string[] }>({
    message: ({ path, missing, columns }) =>
      `${path} lacks ${missing.join(', ')}; it has ${columns.join(', ') || 'nothing'}.`,
    remedy:
      "Name where the model's channels are in source.fields (or source.inputs), and the time in source.timeField.",
  }),
  SENSOR_VALUE_INVALID: entry<{ place: string; field: string; value: string; rule: string }>({
    message: ({ place, field, value, rule }) => `In ${place}, ${field} is "${value}": it must be ${rule}.`,
    remedy: 'The reading is left out and counted as readingsInvalid; correct what writes it.',
  }),
  SENSOR_CHANNELS_MISSING: entry<{ place: string; wanted: string[]; found: string[] }>({
    message: ({ place, wanted, found }) =>
      `In ${place} there is none of ${wanted.join(', ')}; there is ${found.join(', ') || 'nothing'}.`,
    remedy: "Name where the model's channels are in source.fields.",
  }),
  SENSOR_TIME_BACKWARDS: entry<{ place: string; before: string; time: string }>({
    message: ({ place, before, time }) => `In ${place} the time goes back from ${before} to ${time}.`,
    remedy: 'The reading is left out and counted as readingsLate; sort the recording by its time.',
  }),
  SENSOR_DATA_TOO_SHORT: entry<{ path: string; rows: number; samples: number }>({
    message: ({ path, rows, samples }) =>
      `${path} has ${rows} readings, a window of the model needs ${samples}.`,
    remedy: 'Give a longer recording.',
  }),
  MODEL_FIT_IMPOSSIBLE: entry<{ model: string; reason: string }>({
    message: ({ model, reason }) => `The model ${model} cannot be fitted: ${reason}.`,
    remedy: 'Begin with an anomaly package, and give a recording of normal operation that is long enough.',
    fatal: true,
  }),
  SENSOR_DEVICE_FAILED: entry<{ path: string; reason: string }>({
    message: ({ path, reason }) => `The sensor ${path} cannot be read: ${reason}.`,
    remedy:
      'It is opened again with back-off; check that it is there and that the user of the component may read it.',
  }),
};

/** What the sources of sensors and the making of windows hand to each other. */

/** What a sensor said at one time: a value a channel, in the order of the model's channels; NaN where it said nothing. */
export interface Reading {
  /** Unix time in ms, by the clock of the sensor or of the recording. */
  readonly timeMs: number;
  readonly values: Float64Array;
}

/** A window that is complete, without what makes it a frame. */
export interface SampleWindow {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
  /** Of each row. */
  readonly timesMs: Float64Array;
  /** Row-major, `[count, channels]`. */
  readonly samples: Float64Array;
  readonly filled: number;
}

/** What was lost or made up on the way from readings to windows. */
export interface SensorCounters {
  readings: number;
  /** Values that are no numbers, or readings without any channel of the model. */
  readingsInvalid: number;
  /** Readings older than the one before, and later than they may be or than there was room to wait for them. */
  readingsLate: number;
  /** Readings that came faster than they could be taken. */
  readingsDropped: number;
  /** Readings that a window of seconds had no room for. */
  readingsCut: number;
  valuesFilled: number;
  /** Windows that were not given because too much was missing in them. */
  windowsDropped: number;
  /** Times that a window began anew: a long gap, or a clock that jumped. */
  gaps: number;
}

export const noReadings = (): SensorCounters => ({
  readings: 0,
  readingsInvalid: 0,
  readingsLate: 0,
  readingsDropped: 0,
  readingsCut: 0,
  valuesFilled: 0,
  windowsDropped: 0,
  gaps: 0,
});

/** Makes windows out of readings; src/preprocess/window.ts. */
export interface Windowing {
  readonly channels: readonly string[];
  /** With fewer rows there is no window. */
  readonly leastRows: number;
  readonly rateHz: number | undefined;
  /** Length of a window in ms; 0 where readings are rows as they come. */
  readonly windowMs: number;
  /** @returns the windows that the reading completes */
  add(reading: Reading, counters: SensorCounters): SampleWindow[];
}

import { z } from 'zod';

const channelName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 _.-]{0,62}$/, 'must be a short name');

/** Where a window lies in the stream of readings. */
export const windowSchema = z
  .strictObject({
    samples: z
      .int()
      .min(2)
      .max(100_000)
      .describe('Rows of a window; with `seconds` the most that it may have.'),
    hop: z
      .int()
      .min(1)
      .optional()
      .describe('Rows from one window to the next; less than `samples` makes them overlap.'),
    seconds: z
      .number()
      .positive()
      .max(86_400)
      .optional()
      .describe(
        'A window holds the readings of so many seconds, however many they are. Without rateHz, for features.',
      ),
    hopSeconds: z
      .number()
      .positive()
      .max(86_400)
      .optional()
      .describe('Seconds from one such window to the next.'),
    rateHz: z
      .number()
      .positive()
      .max(100_000)
      .optional()
      .describe(
        'Readings are brought to this fixed rate by their times, so that a window lasts samples / rateHz seconds. Absent: each reading is a row.',
      ),
    downsample: z
      .enum(['last', 'mean'])
      .default('last')
      .describe(
        'With rateHz, of readings that come faster: the last one before each row, or the mean of those since the row before, which lets less of what is too fast for the rate pass for something slow.',
      ),
    missing: z
      .enum(['hold', 'interpolate', 'drop'])
      .default('hold')
      .describe(
        'What stands for a value that is missing: the one before, the line between its neighbours, or no window at all.',
      ),
    maxGapSeconds: z
      .number()
      .positive()
      .default(10)
      .describe('A longer gap is not filled: windows that hold it are dropped and counted.'),
  })
  .superRefine(({ samples, hop, seconds, hopSeconds, rateHz, downsample, missing }, context) => {
    const fail = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
    if ((hop === undefined) === (seconds === undefined))
      fail('hop', 'is needed, or seconds and hopSeconds instead of it');
    if ((seconds === undefined) !== (hopSeconds === undefined))
      fail('hopSeconds', 'and seconds belong together');
    if (hop !== undefined && hop > samples) fail('hop', 'must not be above samples');
    if (seconds !== undefined && (hopSeconds ?? 0) > seconds) fail('hopSeconds', 'must not be above seconds');
    if (seconds !== undefined && rateHz !== undefined)
      fail('seconds', 'is not for windows with rateHz: they last samples / rateHz seconds');
    if (rateHz === undefined && downsample === 'mean') fail('downsample', 'needs rateHz');
    if (seconds !== undefined && missing === 'interpolate')
      fail('missing', 'cannot be interpolate with seconds: hold or drop');
  });

export const featureSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.enum([
      'mean',
      'rms',
      'std',
      'min',
      'max',
      'peakToPeak',
      'kurtosis',
      'crestFactor',
      'slope',
      'last',
    ]),
    channel: channelName,
    lastSamples: z.int().min(2).optional().describe('Only the newest so many rows of the window.'),
  }),
  z.strictObject({
    type: z.literal('bandEnergy'),
    channel: channelName,
    fromHz: z.number().min(0),
    toHz: z.number().positive(),
  }),
]);

/**
 * `input` of a model that takes windows of samples: the tensor holds `(value - mean) / std`, where the values are the features in
 * their order, shape `[1, features]`, or without features the samples, shape `[1, samples, channels]`.
 */
export const sampleInputSchema = z
  .strictObject({
    kind: z.literal('samples'),
    name: z.string().min(1),
    shape: z.array(z.int().min(1)).min(2).max(3),
    dtype: z.literal('float32'),
    channels: z.array(channelName).min(1).max(256),
    window: windowSchema,
    medianOf: z
      .literal([3, 5])
      .optional()
      .describe(
        'Before the features, each value becomes the median of so many rows around it: one wrong reading, or two in a row of 5, leaves no trace.',
      ),
    features: z.array(featureSchema).min(1).max(4096).optional(),
    mean: z.array(z.number()).describe('Per feature, else per channel.'),
    std: z.array(z.number().positive()).describe('Per feature, else per channel.'),
    clip: z.number().positive().optional().describe('Normalised values are cut to -clip..clip.'),
  })
  .superRefine((input, context) => {
    const { channels, features, window, shape, medianOf } = input;
    const wanted = features ? [1, features.length] : [1, window.samples, channels.length];
    const fail = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    if (new Set(channels).size < channels.length) fail(['channels'], 'names a channel twice');
    if (shape.join() !== wanted.join())
      fail(['shape'], `is [${shape.join(', ')}], the window and features make [${wanted.join(', ')}]`);
    const each = features?.length ?? channels.length;
    for (const key of ['mean', 'std'] as const) {
      if (input[key].length !== each) fail([key], `has ${input[key].length} values for ${each}`);
    }
    if (window.seconds !== undefined && !features)
      fail(['features'], 'are needed by a window of seconds, whose number of rows is not known before');
    if (medianOf !== undefined && !features) fail(['medianOf'], 'is for features');
    if ((medianOf ?? 0) > window.samples)
      fail(['medianOf'], `is ${medianOf}, above the ${window.samples} samples of the window`);
    for (const [index, feature] of (features ?? []).entries()) {
      const at = ['features', index];
      if (!channels.includes(feature.channel))
        fail([...at, 'channel'], `names no channel: ${feature.channel}`);
      if (feature.type !== 'bandEnergy') {
        if (feature.lastSamples !== undefined && window.seconds !== undefined)
          fail([...at, 'lastSamples'], 'needs a window of a fixed number of rows');
        if ((feature.lastSamples ?? 0) > window.samples)
          fail([...at, 'lastSamples'], `is above the ${window.samples} samples of the window`);
        continue;
      }
      if (window.rateHz === undefined) fail(at, 'needs window.rateHz');
      else if (feature.toHz <= feature.fromHz || feature.toHz > window.rateHz / 2)
        fail([...at, 'toHz'], `must be above fromHz and at most ${window.rateHz / 2}, half the rate`);
    }
  });

export type WindowSpec = z.output<typeof windowSchema>;
export type FeatureSpec = z.output<typeof featureSchema>;
export type SampleInput = z.output<typeof sampleInputSchema>;

import { z } from 'zod';
import { actionSchema } from './action.js';
import { fraction, identifier, integer, number } from './scalars.js';

const labels = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

const seconds = () => number(z.number().min(0).max(86_400));

const regionSchema = z.strictObject({
  box: z
    .tuple([fraction(), fraction(), fraction(), fraction()])
    .refine(
      ([x, y, width, height]) => width > 0 && height > 0 && x + width <= 1.000001 && y + height <= 1.000001,
      {
        message: 'must be [x, y, width, height] as fractions of the frame, inside it and not empty',
      },
    )
    .describe('[x, y, width, height] as fractions of the frame.'),
  by: z
    .enum(['center', 'overlap'])
    .default('center')
    .describe('center: the centre of the box lies in it; overlap: enough of the box does.'),
  minOverlap: fraction()
    .default(0.5)
    .describe('With overlap: least share of the box that lies in the region.'),
});

const dwellSchema = z.strictObject({
  seconds: seconds().describe('How long it must stay.'),
  gapSeconds: seconds().default(1).describe('Missing for no longer than this, it counts as having stayed.'),
});

const anomalySchema = z
  .strictObject({
    above: number(z.number()).describe('The score from which on it is an anomaly …'),
    below: number(z.number()).describe('… and the score below which it is over.'),
  })
  .refine(({ above, below }) => below <= above, { message: 'below must not be greater than above' });

const framesSchema = z
  .strictObject({
    count: integer(1, 1000).describe('In how many frames the condition must hold …'),
    within: integer(1, 1000).describe('… of the last so many.'),
  })
  .refine(({ count, within }) => count <= within, { message: 'count must not be greater than within' });

/** What a rule waits for. Exactly one of label, anomaly, all, any and not says what; the rest narrows a label. */
export interface ConditionConfig {
  label?: string | string[] | undefined;
  minConfidence: number;
  region?: z.output<typeof regionSchema> | undefined;
  atLeast: number;
  dwell?: z.output<typeof dwellSchema> | undefined;
  absentSeconds?: number | undefined;
  anomaly?: z.output<typeof anomalySchema> | undefined;
  all?: ConditionConfig[] | undefined;
  any?: ConditionConfig[] | undefined;
  not?: ConditionConfig | undefined;
  frames: z.output<typeof framesSchema>;
}

const kinds = ['label', 'anomaly', 'all', 'any', 'not'] as const;

const nested = (): z.ZodType<ConditionConfig> => z.lazy(() => nestedSchema);

const conditionOf = () =>
  z
    .strictObject({
      label: labels
        .optional()
        .describe(
          'The label, or any of several labels, of a box, or of the best prediction where there are no boxes.',
        ),
      minConfidence: fraction().default(0.5).describe('Least confidence of that prediction, 0..1.'),
      region: regionSchema.optional().describe('Only boxes in this part of the frame.'),
      atLeast: integer(1, 1000).default(1).describe('So many of them at once.'),
      dwell: dwellSchema
        .optional()
        .describe(
          'It stays: the same tracked object, or the label where nothing is tracked. Fires once for each stay.',
        ),
      absentSeconds: seconds()
        .optional()
        .describe('It has not been seen for so long. Fires once for each absence.'),
      anomaly: anomalySchema
        .optional()
        .describe('The anomaly score of the model, with hysteresis. Fires once for each anomaly.'),
      all: z.array(nested()).min(1).max(20).optional().describe('All of these conditions hold.'),
      any: z.array(nested()).min(1).max(20).optional().describe('One of these conditions holds.'),
      not: nested().optional().describe('This condition does not hold.'),
      frames: framesSchema.default({ count: 1, within: 1 }),
    })
    .superRefine((condition, context) => {
      const given = kinds.filter((kind) => condition[kind] !== undefined);
      if (given.length !== 1) {
        const message = `must have exactly one of ${kinds.join(', ')}${given.length > 1 ? `, and has ${given.join(' and ')}` : ''}`;
        context.addIssue({ code: 'custom', message });
      }
      if (condition.label === undefined)
        for (const key of ['region', 'dwell', 'absentSeconds'] as const)
          if (condition[key] !== undefined)
            context.addIssue({ code: 'custom', path: [key], message: 'goes with a label only' });
      if (condition.dwell && condition.absentSeconds !== undefined)
        context.addIssue({
          code: 'custom',
          path: ['dwell'],
          message: 'and absentSeconds exclude each other',
        });
    });

const nestedSchema: z.ZodType<ConditionConfig> = conditionOf();
/** Not the nested one: so its keys stand in the documentation, and not a reference. */
export const conditionSchema = conditionOf();

const timeOfDay = () => z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 06:30');

export const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

const scheduleSchema = z.strictObject({
  days: z
    .array(z.enum(weekdays))
    .min(1)
    .default([...weekdays]),
  from: timeOfDay().default('00:00').describe('Local time of the device, as its clock and TZ say.'),
  to: timeOfDay().default('00:00').describe('Before `from`, or the same: on the next day.'),
});

export const ruleSchema = z.strictObject({
  name: identifier().optional().describe('Appears as the decision in the result; default: rule-1, rule-2, …'),
  when: conditionSchema,
  do: z.array(actionSchema).min(1).max(20),
  cooldownSeconds: number(z.number().min(0).max(86_400))
    .default(0)
    .describe('After it fired, the rule rests for this long.'),
  schedule: z
    .array(scheduleSchema)
    .max(50)
    .optional()
    .describe('When the rule may fire; default: always. Outside it still watches.'),
});

export type { ActionConfig, TopicActionConfig } from './action.js';
export type RuleConfig = z.output<typeof ruleSchema>;
export type ScheduleConfig = z.output<typeof scheduleSchema>;

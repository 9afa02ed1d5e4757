import { z } from 'zod';
import { fraction, identifier, integer, number, topic } from './scalars.js';

const labels = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

export const conditionSchema = z.strictObject({
  label: labels.describe(
    'The label, or any of several labels, that the best prediction of a frame must have.',
  ),
  minConfidence: fraction().default(0.5).describe('Least confidence of that prediction, 0..1.'),
  frames: z
    .strictObject({
      count: integer(1, 1000).describe('In how many frames the condition must hold …'),
      within: integer(1, 1000).describe('… of the last so many.'),
    })
    .refine(({ count, within }) => count <= within, { message: 'count must not be greater than within' })
    .default({ count: 1, within: 1 }),
});

export const topicActionSchema = z.strictObject({
  type: z.literal('topic'),
  topic: topic().describe('Local topic; {thingName} and {pipeline} are filled in.'),
  message: z.json().describe('What is sent, as JSON.'),
});

export const actionSchema = z.discriminatedUnion('type', [topicActionSchema]);

export const ruleSchema = z.strictObject({
  name: identifier().optional().describe('Appears as the decision in the result; default: rule-1, rule-2, …'),
  when: conditionSchema,
  do: z.array(actionSchema).min(1),
  cooldownSeconds: number(z.number().min(0).max(86_400))
    .default(0)
    .describe('After it fired, the rule rests for this long.'),
});

export type ConditionConfig = z.output<typeof conditionSchema>;
export type ActionConfig = z.output<typeof actionSchema>;
export type TopicActionConfig = z.output<typeof topicActionSchema>;
export type RuleConfig = z.output<typeof ruleSchema>;

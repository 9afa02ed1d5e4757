import { entry } from './entry.js';

/** Errors of rules and of what they do. */
export const actionErrors = {
  ACTION_FAILED: entry<{ action: string; reason: string }>({
    message: ({ action, reason }) => `The action ${action} failed: ${reason}.`,
    remedy: 'It is counted; the next time that the rule fires it is tried again.',
  }),
  ACTION_DROPPED: entry<{ action: string; waiting: number }>({
    message: ({ action, waiting }) => `The action ${action} is not done: ${waiting} of its kind still wait.`,
    remedy: 'It hangs or is slow: shorten timeoutSeconds, or give it a minIntervalSeconds.',
  }),
  RULE_LABEL_UNKNOWN: entry<{ rule: string; labels: readonly string[]; known: readonly string[] }>({
    message: ({ rule, labels, known }) =>
      `The rule ${rule} waits for ${labels.map((label) => `"${label}"`).join(', ')}, which the model does not have (it has: ${known.slice(0, 20).join(', ')}${known.length > 20 ? ', …' : ''}). The rule is refused.`,
    remedy: 'Correct the label in the rule, or give the pipeline a model that has it.',
  }),
  RECORDING_UNREADABLE: entry<{ path: string; line: number; reason: string }>({
    message: ({ path, line, reason }) => `Line ${line} of ${path} is no native result: ${reason}.`,
    remedy: 'Record with "mli watch --json", or write one native result a line.',
    fatal: true,
  }),
};

import type { ActionConfig } from './action.js';
import type { FeedbackConfig } from './feedback.js';
import { isSensor } from './sensor-source.js';
import type { SourceConfig } from './source.js';

interface PipelineParts {
  readonly source: SourceConfig;
  readonly rules: readonly { readonly do: readonly ActionConfig[] }[];
  readonly feedback: FeedbackConfig | null;
}

/** What feedback and actions ask of pictures where the source has none, or not such ones. */
export function checkEvidence(
  { source, rules, feedback }: PipelineParts,
  report: (path: (string | number)[], message: string) => void,
): void {
  const sensor = isSensor(source);
  const none = `is for pictures, and a source of type ${source.type} gives windows of samples, which are kept as CSV`;
  if (sensor && feedback?.hide) report(['feedback', 'hide'], none);
  if (!sensor && source.type !== 'images' && feedback?.image === 'original')
    report(['feedback', 'image'], `original needs files, and a source of type ${source.type} has none`);
  if (!sensor) return;
  for (const [index, rule] of rules.entries())
    for (const [at, action] of rule.do.entries())
      if ('annotate' in action && action.annotate) report(['rules', index, 'do', at, 'annotate'], none);
}

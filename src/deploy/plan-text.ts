import type { PublishedComponent } from './publish/published-component.js';
import type { Plan } from './plan.js';
import { hideSecrets } from './secrets.js';
import type { Target } from './target.js';
import type { ValueChange } from './value-changes.js';

const longestValue = 100;

/** A plan as a person reads it: what is published, which components change, which stay, and how the configuration differs. */
export function planText(plan: Plan, target: Target, publications: readonly PublishedComponent[]): string {
  const { request, base } = plan;
  const { deploymentPolicies: policies, iotJobConfiguration: job } = request;
  const pace = job?.jobExecutionsRolloutConfig?.maximumPerMinute;
  // What a right is for says less than what it allows.
  const configuration = plan.configuration.filter((change) => !change.path.endsWith('.policyDescription'));
  const sections = [
    [
      `Target         ${target.kind === 'thing' ? 'core device' : 'thing group'} ${target.name} (account ${target.account}, ${target.region})`,
      base
        ? `Merges into    deployment ${base.deploymentId}${base.deploymentName ? ` “${base.deploymentName}”` : ''}, which is ${base.deploymentStatus ?? 'there'}`
        : 'Merges into    nothing: the target has no deployment yet',
      `On failure     ${policies?.failureHandlingPolicy ?? 'ROLLBACK'}${pace === undefined ? '' : `, at most ${pace} devices a minute`}`,
    ],
    publications.flatMap(publicationLines),
    ['Components', ...componentLines(plan)],
    configuration.length > 0 ? ['Configuration', ...configuration.map(valueLine)] : [],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

const publicationLines = ({ name, version, bucket, artifacts }: PublishedComponent): string[] => [
  `Publishes ${name} ${version} to s3://${bucket}/${name}/${version}/`,
  ...artifacts.map((artifact) => `    ${artifact.name} (${megabytes(artifact.bytes)})`),
];

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

function componentLines({ components }: Plan): string[] {
  const width = Math.max(...components.map(({ name }) => name.length));
  const rank = ({ before, after }: Plan['components'][number]) => (before === after ? 1 : 0);
  return [...components]
    .sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
    .map(({ name, before, after }) => {
      const column = name.padEnd(width);
      if (before === undefined) return `  + ${column}  ${after}`;
      if (before === after) return `  = ${column}  ${after}, stays`;
      return `  ~ ${column}  ${before} → ${after}`;
    });
}

function valueLine({ path, before, after }: ValueChange): string {
  if (before === undefined) return `  + ${path}: ${shown(path, after)}`;
  if (after === undefined) return `  - ${path}: ${shown(path, before)}`;
  return `  ~ ${path}: ${shown(path, before)} → ${shown(path, after)}`;
}

function shown(path: string, value: unknown): string {
  const text = JSON.stringify(hideSecrets(value, path));
  return text.length <= longestValue ? text : `${text.slice(0, longestValue - 1)}…`;
}

import type { ConfigurationProblem } from './errors/catalogue/configuration.js';
import type { Configuration } from './config/index.js';
import { describeError, isEdgeError } from './errors/index.js';
import { fillInTopic } from './publish/index.js';

/** Something that happened to the component itself, on the status topic beside the states of its pipelines. */
export interface ComponentStatusMessage {
  readonly version: 1;
  readonly thing: string;
  /** ISO 8601, UTC */
  readonly at: string;
  readonly event: {
    /** A changed configuration is wrong: the one before stays. */
    readonly type: 'configuration-refused';
    readonly code: string;
    /** The first problems, as many as go into a message. */
    readonly problems: readonly ConfigurationProblem[];
    readonly problemCount: number;
  };
}

/** A message has to stay below 6,000 bytes: nucleus lite loses larger ones. */
const maxProblemBytes = 5_000;

/** @param error for which a configuration was refused */
export function configurationRefused(thing: string, error: unknown): ComponentStatusMessage {
  const invalid = isEdgeError(error) && error.code === 'CONFIG_INVALID';
  const problems = invalid
    ? (error.details as { problems: ConfigurationProblem[] }).problems
    : [{ path: '', message: describeError(error) }];
  return {
    version: 1,
    thing,
    at: new Date().toISOString(),
    event: {
      type: 'configuration-refused',
      code: isEdgeError(error) ? error.code : 'UNEXPECTED',
      problems: firstOf(problems),
      problemCount: problems.length,
    },
  };
}

function firstOf(problems: readonly ConfigurationProblem[]): ConfigurationProblem[] {
  const first: ConfigurationProblem[] = [];
  let bytes = 0;
  for (const { path, message } of problems) {
    const problem = { path: path.slice(0, 200), message: message.slice(0, 500) };
    bytes += Buffer.byteLength(JSON.stringify(problem)) + 1;
    if (bytes > maxProblemBytes) break;
    first.push(problem);
  }
  return first;
}

/** The topics on which the component tells: that of its pipelines, or those of each, where the topic has their names. */
export function statusTopics({ status: { topic }, pipelines }: Configuration, thingName: string): string[] {
  if (topic === null) return [];
  const names = topic.includes('{pipeline}') ? Object.keys(pipelines) : [''];
  return names.map((pipeline) => fillInTopic(topic, { thingName, pipeline }));
}

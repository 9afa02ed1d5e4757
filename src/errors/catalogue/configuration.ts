import { entry } from './entry.js';

/** A problem of a configuration: where, what is wrong, what it has to be. */
export interface ConfigurationProblem {
  path: string;
  message: string;
}

export const configurationErrors = {
  CONFIG_INVALID: entry<{ origin: string; problems: ConfigurationProblem[] }>({
    message: ({ origin, problems }) =>
      [
        `The configuration ${origin} has ${problems.length} problem${problems.length === 1 ? '' : 's'}:`,
        ...problems.map(({ path, message }) => `  ${path || '(document)'}: ${message}`),
      ].join('\n'),
    remedy:
      'Correct each path named above; docs/configuration.md lists every key with its type, range and default.',
    fatal: true,
  }),
  CONFIG_UNREADABLE: entry<{ path: string; reason: string }>({
    message: ({ path, reason }) => `The configuration file ${path} cannot be read: ${reason}.`,
    remedy: 'Give an existing YAML or JSON file with --config.',
    fatal: true,
  }),
  OVERRIDE_INVALID: entry<{ override: string; reason: string }>({
    message: ({ override, reason }) => `The override "${override}" cannot be applied: ${reason}.`,
    remedy: 'Write --set path=value, such as --set pipelines.belt-1.source.intervalSeconds=0.5.',
    fatal: true,
  }),
};

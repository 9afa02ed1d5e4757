import path from 'node:path';
import {
  applyOverrides,
  parseConfiguration,
  readConfigurationFile,
  resolvePaths,
  type Configuration,
} from '../config/index.js';

/** For commander: collects a repeated option. */
export const collect = (value: string, earlier: string[]): string[] => [...earlier, value];

export const setOption = [
  '--set <path=value>',
  'override a value of the configuration (repeatable)',
  collect,
  [] as string[],
] as const;

/** Reads, overrides, checks and resolves a configuration file. @throws EdgeError CONFIG_*, OVERRIDE_INVALID */
export async function loadConfiguration(file: string, overrides: readonly string[]): Promise<Configuration> {
  const document = applyOverrides(await readConfigurationFile(file), overrides);
  return resolvePaths(parseConfiguration(document, file), path.dirname(path.resolve(file)));
}

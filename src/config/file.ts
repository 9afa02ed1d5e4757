import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { EdgeError } from '../errors/index.js';

/**
 * Reads a YAML or JSON file (YAML 1.2 is a superset of JSON).
 * @throws EdgeError CONFIG_UNREADABLE where it is missing or not YAML.
 */
export async function readConfigurationFile(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new EdgeError(
      'CONFIG_UNREADABLE',
      { path: file, reason: (error as Error).message },
      { cause: error },
    );
  }
  try {
    return parse(text, { prettyErrors: true }) as unknown;
  } catch (error) {
    throw new EdgeError(
      'CONFIG_UNREADABLE',
      { path: path.resolve(file), reason: (error as Error).message },
      { cause: error },
    );
  }
}

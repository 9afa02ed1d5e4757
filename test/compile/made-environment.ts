import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { userCache } from '../../src/user-cache.js';

/** The Python of a compile environment that `mli model compile` has made on this machine before; tests make none: it takes minutes. */
export function madePython(name: string): string | undefined {
  const folder = path.join(userCache(), 'envs');
  const made = existsSync(folder) ? readdirSync(folder) : [];
  const found = made.find((one) => one.startsWith(`compile-${name}-`) && !one.includes('.making-'));
  return found && path.join(folder, found, 'bin/python');
}

import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { EdgeError } from '../errors/index.js';

const minLength = 16;

/**
 * Reads the bearer token of a server from its file: a configuration is shown in consoles and logs, a file is not.
 * @throws EdgeError HTTP_TOKEN_UNUSABLE where it is missing, short, or readable for other users
 */
export async function readToken(path: string): Promise<string> {
  const unusable = (reason: string, cause?: unknown) =>
    new EdgeError('HTTP_TOKEN_UNUSABLE', { path, reason }, { cause });
  try {
    const { mode } = await stat(path);
    if ((mode & 0o004) !== 0) throw unusable('every user of this device may read it');
    const token = (await readFile(path, 'utf8')).trim();
    if (!/^[\x21-\x7e]+$/.test(token))
      throw unusable('it is not one line of printable characters without spaces');
    if (token.length < minLength) throw unusable(`the token has less than ${minLength} characters`);
    return token;
  } catch (error) {
    throw error instanceof EdgeError ? error : unusable((error as Error).message, error);
  }
}

/** In a time that does not tell how much of it was right. */
export function isToken(given: string, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

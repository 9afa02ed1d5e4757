import type { SourceConfig } from './config/source.js';
import { EdgeError, describeError, isEdgeError } from './errors/index.js';

/** Reads a secret of AWS Secrets Manager from the nucleus; undefined where there is no nucleus. */
export type SecretReader = ((secret: string) => Promise<string>) | undefined;

/**
 * The text of the secret that a source signs in with; undefined where it names none. Only the component may ask for it: its pipelines
 * have no identity.
 * @throws EdgeError SECRET_UNAVAILABLE, without the secret
 */
export async function secretFor(source: SourceConfig, read: SecretReader): Promise<string | undefined> {
  const credentials = 'credentials' in source ? source.credentials : undefined;
  if (credentials?.from !== 'secretsManager') return undefined;
  const { secret } = credentials;
  if (!read) throw new EdgeError('SECRET_UNAVAILABLE', { secret, reason: 'there is no nucleus' });
  try {
    return await read(secret);
  } catch (error) {
    throw new EdgeError('SECRET_UNAVAILABLE', { secret, reason: reasonOf(error) }, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  if (!isEdgeError(error)) return describeError(error);
  if (error.code === 'IPC_SERVICE_ERROR') return `this nucleus does not give it (${error.message})`;
  return error.message.replace(/\.$/, '');
}

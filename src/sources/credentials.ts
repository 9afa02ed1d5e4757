import type { CredentialsConfig } from '../config/camera.js';
import { EdgeError } from '../errors/index.js';

/** What a camera is signed in to with. Never logged. */
export interface Credentials {
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
}

/**
 * @param secret text of the secret that the configuration names, which only the component can read
 * @throws EdgeError CREDENTIALS_MISSING naming the variable or key, never a value
 */
export function findCredentials(
  config: CredentialsConfig | undefined,
  secret: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): Credentials {
  if (!config) return {};
  if (config.from === 'secretsManager') return fromSecret(config, secret);
  const value = (name: string | undefined) => {
    if (name === undefined) return undefined;
    const found = environment[name];
    if (found === undefined || found === '')
      throw new EdgeError('CREDENTIALS_MISSING', { what: `the environment variable ${name} is not set` });
    return found;
  };
  return withoutEmpty({
    user: value(config.user),
    password: value(config.password),
    token: value(config.token),
  });
}

type SecretConfig = Extract<CredentialsConfig, { from: 'secretsManager' }>;

function fromSecret(config: SecretConfig, text: string | undefined): Credentials {
  const missing = (what: string) =>
    new EdgeError('CREDENTIALS_MISSING', { what: `the secret ${config.secret} ${what}` });
  if (text === undefined) throw missing('was not given to this process');
  let secret: unknown;
  try {
    secret = JSON.parse(text);
  } catch {
    // The parser's message would quote the secret.
    throw missing('is no JSON object');
  }
  if (typeof secret !== 'object' || secret === null) throw missing('is no JSON object');
  const value = (key: string | undefined, otherwise: string) => {
    const found = (secret as Record<string, unknown>)[key ?? otherwise];
    if (typeof found === 'string' && found !== '') return found;
    if (key !== undefined) throw missing(`has no text under the key ${key}`);
    return undefined;
  };
  const found = withoutEmpty({
    user: value(config.userKey, 'username'),
    password: value(config.passwordKey, 'password'),
    token: value(config.tokenKey, 'token'),
  });
  if (Object.keys(found).length === 0) throw missing('has none of the keys username, password and token');
  return found;
}

const withoutEmpty = (values: Record<'user' | 'password' | 'token', string | undefined>): Credentials =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** A text of another program as it may be shown: without these credentials, and without any in an address. */
export function withoutSecrets(text: string, { user, password, token }: Credentials): string {
  const spellings = [password, token, user && password ? `${user}:${password}` : undefined]
    .filter((secret) => secret !== undefined && secret !== '')
    .flatMap((secret) => [
      secret as string,
      inUrl(secret as string),
      Buffer.from(secret as string).toString('base64'),
    ])
    .sort((a, b) => b.length - a.length);
  const hidden = spellings.reduce((result, spelling) => result.replaceAll(spelling, '…'), text);
  return hidden.replace(/:\/\/[^/\s'"@]*@/g, '://…@');
}

/** Percent-encoded for the part of a URL before the @. */
export const inUrl = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);

import { createHash, randomBytes } from 'node:crypto';
import type { Credentials } from '../credentials.js';

/** Path and query of what is asked for. */
export type Target = string;

const algorithms: Readonly<Partial<Record<string, string>>> = {
  MD5: 'md5',
  'MD5-SESS': 'md5',
  'SHA-256': 'sha256',
  'SHA-256-SESS': 'sha256',
};

/**
 * The value of `Authorization` of a GET that answers a challenge, by RFC 7617 (Basic), RFC 7616 (Digest with qop=auth or none) and
 * RFC 6750 (Bearer). Digest is preferred, as it does not send the password.
 * @param challenges values of `WWW-Authenticate`
 * @returns undefined where there is nothing to answer with
 */
export function authorize(
  challenges: readonly string[],
  { user = '', password = '', token }: Credentials,
  target: Target,
  clientNonce = randomBytes(8).toString('hex'),
): string | undefined {
  if (token !== undefined) return `Bearer ${token}`;
  if (user === '' && password === '') return undefined;
  const offers = challenges.flatMap(splitChallenges);
  const digest = offers.find(
    ({ scheme, fields }) =>
      scheme === 'digest' && algorithms[(fields['algorithm'] ?? 'MD5').toUpperCase()] !== undefined,
  );
  if (digest) return digestOf(digest.fields, { user, password }, target, clientNonce);
  if (!offers.some(({ scheme }) => scheme === 'basic')) return undefined;
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

type Fields = Readonly<Partial<Record<string, string>>>;

/** `Digest realm="a", nonce="b", Basic realm="c"` → one entry a scheme. */
function splitChallenges(header: string): { scheme: string; fields: Fields }[] {
  const challenges: { scheme: string; fields: Partial<Record<string, string>> }[] = [];
  const part = /([!#$%&'*+.^_`|~\w-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/g;
  for (const [, name = '', quoted, plain] of header.matchAll(part)) {
    const value = quoted?.replace(/\\(.)/g, '$1') ?? plain;
    const current = challenges.at(-1);
    if (value === undefined) challenges.push({ scheme: name.toLowerCase(), fields: {} });
    else if (current) current.fields[name.toLowerCase()] = value;
  }
  return challenges;
}

/** A nonce is answered once: its count is always 1. */
const nonceCount = '00000001';

function digestOf(
  fields: Fields,
  { user, password }: { user: string; password: string },
  target: Target,
  clientNonce: string,
): string {
  const { realm = '', nonce = '', opaque, algorithm } = fields;
  const hash = (...parts: string[]) =>
    createHash(algorithms[(algorithm ?? 'MD5').toUpperCase()] ?? 'md5')
      .update(parts.join(':'))
      .digest('hex');
  const withQop = (fields['qop'] ?? '').split(',').some((value) => value.trim() === 'auth');
  const plain = hash(user, realm, password);
  const secret = /-sess$/i.test(algorithm ?? '') ? hash(plain, nonce, clientNonce) : plain;
  const asked = hash('GET', target);
  const response = withQop
    ? hash(secret, nonce, nonceCount, clientNonce, 'auth', asked)
    : hash(secret, nonce, asked);
  const quote = (value: string) => `"${value.replace(/["\\]/g, '\\$&')}"`;
  return [
    `Digest username=${quote(user)}, realm=${quote(realm)}, nonce=${quote(nonce)}, uri=${quote(target)}`,
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    ...(withQop ? [`qop=auth, nc=${nonceCount}, cnonce=${quote(clientNonce)}`] : []),
    `response=${quote(response)}`,
    ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
  ].join(', ');
}

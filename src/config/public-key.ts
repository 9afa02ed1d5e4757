import { createPublicKey, type KeyObject } from 'node:crypto';

/** Length of a raw Ed25519 public key (RFC 8032). */
const RAW_BYTES = 32;

/**
 * Reads an Ed25519 public key: PEM (SubjectPublicKeyInfo), or the 32 raw bytes in base64, as `mli model keygen` prints it.
 * @throws Error with the reason
 */
export function parsePublicKey(text: string): KeyObject {
  const trimmed = text.trim();
  if (trimmed.includes('PRIVATE KEY')) throw new Error('it is a private key: it must not be on a device');
  const key = trimmed.startsWith('-----BEGIN') ? createPublicKey(trimmed) : fromRaw(trimmed);
  if (key.asymmetricKeyType !== 'ed25519')
    throw new Error(`it is a key for ${key.asymmetricKeyType ?? 'nothing known'}, not for Ed25519`);
  return key;
}

function fromRaw(text: string): KeyObject {
  const raw = Buffer.from(text, 'base64');
  if (raw.length !== RAW_BYTES) throw new Error(`it is neither PEM nor ${RAW_BYTES} bytes in base64`);
  return createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') },
    format: 'jwk',
  });
}

/** The 32 raw bytes in base64: one line that fits into a configuration. */
export function formatPublicKey(key: KeyObject): string {
  const { x } = key.export({ format: 'jwk' });
  return Buffer.from(x ?? '', 'base64url').toString('base64');
}

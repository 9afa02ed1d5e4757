import { sign, verify, type KeyObject } from 'node:crypto';

/** Appended to the name of what is signed: `model.tar.gz.sig`, `model.json.sig`. */
export const signatureSuffix = '.sig';

/** An Ed25519 signature in base64 with some white space; a file that is larger is none. */
export const signatureFileLimit = 1024;

/**
 * What is signed of a file: its digest, with a context in front, so that a signature that was made for something else can never
 * be taken for one of a model (and a large archive need not be in memory).
 */
const statement = (sha256: string): Buffer =>
  Buffer.from(`greengrass-mli model signature 1\nsha256 ${sha256}\n`, 'ascii');

/** @param sha256 of the archive, or of the package's model.json @returns base64 */
export const signDigest = (sha256: string, privateKey: KeyObject): string =>
  sign(null, statement(sha256), privateKey).toString('base64');

/** Whether one of the keys made this signature of the digest. */
export function isSignedBy(keys: readonly KeyObject[], sha256: string, signature: string): boolean {
  const bytes = Buffer.from(signature.trim(), 'base64');
  return bytes.length === 64 && keys.some((key) => verify(null, statement(sha256), key, bytes));
}

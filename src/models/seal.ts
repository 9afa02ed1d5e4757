import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { open, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { formatPublicKey } from '../config/public-key.js';
import { EdgeError } from '../errors/index.js';
import { sha256OfFile } from './digest.js';
import { manifestFile, readSignature } from './plan.js';
import { isSignedBy, signDigest, signatureSuffix } from './signature.js';

/** What is signed and pinned of a model: the archive itself, or the model.json of a package's folder. */
export interface Sealed {
  readonly file: string;
  readonly sha256: string;
  /** In base64; undefined where it is not signed. */
  readonly signature: string | undefined;
}

/** @param model a package's folder or an archive @throws EdgeError MODEL_NOT_FOUND */
export async function readSeal(model: string): Promise<Sealed> {
  const missing = (cause: unknown) => new EdgeError('MODEL_NOT_FOUND', { path: model }, { cause });
  const isFolder = await stat(model).then(
    (info) => info.isDirectory(),
    (error: unknown) => {
      throw missing(error);
    },
  );
  const file = isFolder ? path.join(model, manifestFile) : model;
  const sha256 = await sha256OfFile(file).catch((error: unknown) => {
    throw missing(error);
  });
  return { file, sha256, signature: await readSignature(file + signatureSuffix) };
}

/** Signs a package's folder or an archive: writes the signature beside what it is for. @throws EdgeError MODEL_NOT_FOUND, MODEL_KEY_INVALID */
export async function signModel(
  model: string,
  keyFile: string,
): Promise<{ signatureFile: string; publicKey: string; sha256: string }> {
  const key = await readPrivateKey(keyFile);
  const { file, sha256 } = await readSeal(model);
  const signatureFile = file + signatureSuffix;
  await writeFile(signatureFile, `${signDigest(sha256, key)}\n`);
  return { signatureFile, publicKey: formatPublicKey(createPublicKey(key)), sha256 };
}

/** Whether the model has a signature by one of these keys. */
export const isSealedBy = (keys: readonly KeyObject[], { sha256, signature }: Sealed): boolean =>
  signature !== undefined && isSignedBy(keys, sha256, signature);

/** Makes a key pair; the private key goes into a file that only its owner can read. @returns the public key @throws EdgeError MODEL_KEY_EXISTS */
export async function makeKey(file: string): Promise<string> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const handle = await open(file, 'wx', 0o600).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new EdgeError('MODEL_KEY_EXISTS', { path: file }, { cause: error });
  });
  try {
    await handle.writeFile(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await handle.sync();
  } finally {
    await handle.close();
  }
  return formatPublicKey(publicKey);
}

async function readPrivateKey(file: string): Promise<KeyObject> {
  try {
    const key = createPrivateKey(await readFile(file));
    if (key.asymmetricKeyType !== 'ed25519')
      throw new Error(`it is a key for ${key.asymmetricKeyType ?? 'nothing known'}`);
    return key;
  } catch (error) {
    throw new EdgeError(
      'MODEL_KEY_INVALID',
      { path: file, reason: (error as Error).message },
      { cause: error },
    );
  }
}

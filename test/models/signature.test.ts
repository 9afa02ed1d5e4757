import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../src/config/index.js';
import { formatPublicKey, parsePublicKey } from '../../src/config/public-key.js';
import { signDigest } from '../../src/models/signature.js';
import { bundle, bundleTarGz, sha256, writeBundle } from './bundle.js';
import { model, RepositoryDesk } from './repository-desk.js';

let desk: RepositoryDesk;
beforeEach(async () => {
  desk = await RepositoryDesk.open();
});
afterEach(() => desk.close());

const ours = generateKeyPairSync('ed25519');
const theirs = generateKeyPairSync('ed25519');
const trust = { publicKeys: [formatPublicKey(ours.publicKey)] };
const one = bundle('1.0.0');

describe('a signed package', () => {
  const config = (more: object = {}) => model({ type: 'package', path: desk.path('package') }, more);
  const sign = (signature: string) => writeFile(desk.path('package/model.json.sig'), signature);
  beforeEach(() => writeBundle(desk.path('package'), one));

  it('needs no pin, and its copy in the cache is still signed after a restart', async () => {
    await sign(`${signDigest(one.digest, ours.privateKey)}\n`);
    await expect(desk.repository({ trust }).resolve('sorter', config())).resolves.toMatchObject({
      sha256: one.digest,
    });
    await expect(desk.repository({ trust }).cached('sorter', config())).resolves.toMatchObject({
      sha256: one.digest,
    });
    await expect(desk.repository().cached('sorter', config())).resolves.toBeUndefined();
  });

  it.each([
    ['by somebody else', () => signDigest(one.digest, theirs.privateKey)],
    ['for something else', () => signDigest(sha256('other'), ours.privateKey)],
    ['with garbage', () => 'no signature'],
    ['with far too much', () => 'A'.repeat(5000)],
  ])('%s is refused, even where unpinned models are allowed', async (_title, signature) => {
    await sign(signature());
    await expect(
      desk.repository({ trust }).resolve('sorter', config({ allowUnpinned: true })),
    ).rejects.toMatchObject({ code: 'MODEL_SIGNATURE_INVALID' });
  });

  it('does not count where no key is trusted', async () => {
    await sign(signDigest(one.digest, ours.privateKey));
    await expect(desk.repository().resolve('sorter', config())).rejects.toMatchObject({
      code: 'MODEL_UNPINNED',
    });
  });

  it('in an archive without a signature of its own counts too', async () => {
    const archive = bundleTarGz({
      ...one,
      files: new Map([
        ...one.files,
        ['model.json.sig', Buffer.from(signDigest(one.digest, ours.privateKey))],
      ]),
    });
    await writeFile(desk.path('model.tar.gz'), archive);
    const file = model({ type: 'file', path: desk.path('model.tar.gz') });
    await expect(desk.repository({ trust }).resolve('sorter', file)).resolves.toMatchObject({
      sha256: one.digest,
    });
    await expect(desk.repository({ trust }).cached('sorter', file)).resolves.toMatchObject({
      sha256: one.digest,
    });
  });
});

describe('a signed archive', () => {
  it('is used by the signature beside it; another archive under that signature is not even opened', async () => {
    const archive = bundleTarGz(one);
    await writeFile(desk.path('model.tar.gz'), archive);
    await writeFile(desk.path('model.tar.gz.sig'), signDigest(sha256(archive), ours.privateKey));
    const file = model({ type: 'file', path: desk.path('model.tar.gz') });
    await expect(desk.repository({ trust }).resolve('sorter', file)).resolves.toMatchObject({
      sha256: one.digest,
    });
    await writeFile(desk.path('model.tar.gz'), 'not even an archive');
    await expect(desk.repository({ trust }).resolve('sorter', file)).rejects.toMatchObject({
      code: 'MODEL_SIGNATURE_INVALID',
    });
  });
});

describe('trust.publicKeys', () => {
  const problems = (key: string) => {
    try {
      parseConfiguration({ trust: { publicKeys: [key] } }, 'test');
      return 'none';
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('takes PEM and 32 bytes in base64, which are the same key', () => {
    const pem = ours.publicKey.export({ type: 'spki', format: 'pem' }) as string;
    expect(problems(pem)).toBe('none');
    expect(formatPublicKey(parsePublicKey(pem))).toBe(trust.publicKeys[0]);
    expect(problems(trust.publicKeys[0] ?? '')).toBe('none');
  });

  it.each([
    [
      'a private key',
      () => ours.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      /private key: it must not be on a device/,
    ],
    [
      'a key of another kind',
      () =>
        generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({
          type: 'spki',
          format: 'pem',
        }) as string,
      /rsa, not for Ed25519/,
    ],
    ['something else', () => 'abc', /neither PEM nor 32 bytes/],
  ])('refuses %s', (_title, key, message) => {
    expect(problems(key())).toMatch(message);
  });
});

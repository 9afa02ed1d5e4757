import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parsePublicKey } from '../../src/config/public-key.js';
import { isSealedBy, makeKey, readSeal, signModel } from '../../src/models/seal.js';
import { bundle, bundleTarGz, sha256, writeBundle } from './bundle.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mli-seal-'));
});
afterEach(() => rm(folder, { recursive: true }));
const at = (name: string) => path.join(folder, name);

describe('signing', () => {
  it.each([
    ['a package', () => writeBundle(at('model'), bundle()), 'model/model.json.sig'],
    ['an archive', () => writeFile(at('model'), bundleTarGz(bundle())), 'model.sig'],
  ])('%s puts a good signature beside it, which a change breaks', async (_title, make, signatureFile) => {
    await make();
    const publicKey = await makeKey(at('key.pem'));
    expect((await stat(at('key.pem'))).mode & 0o777).toBe(0o600);
    await expect(signModel(at('model'), at('key.pem'))).resolves.toMatchObject({
      signatureFile: at(signatureFile),
      publicKey,
    });
    const keys = [parsePublicKey(publicKey)];
    expect(isSealedBy(keys, await readSeal(at('model')))).toBe(true);
    expect(isSealedBy([parsePublicKey(await makeKey(at('other.pem')))], await readSeal(at('model')))).toBe(
      false,
    );
    const signed = at(signatureFile.replace(/\.sig$/, ''));
    await writeFile(signed, Buffer.concat([await readFile(signed), Buffer.from(' ')]));
    expect(isSealedBy(keys, await readSeal(at('model')))).toBe(false);
  });

  it('never overwrites a key', async () => {
    await writeFile(at('key.pem'), 'precious');
    await expect(makeKey(at('key.pem'))).rejects.toMatchObject({ code: 'MODEL_KEY_EXISTS' });
    expect(await readFile(at('key.pem'), 'utf8')).toBe('precious');
  });

  it('names what is wrong with a key or a model', async () => {
    await writeFile(at('key.pem'), 'no key');
    await expect(signModel(at('model'), at('key.pem'))).rejects.toMatchObject({ code: 'MODEL_KEY_INVALID' });
    await expect(readSeal(at('model'))).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  });
});

it('the digest that is signed is the one to pin', async () => {
  const archive = bundleTarGz(bundle());
  await writeFile(at('model'), archive);
  await makeKey(at('key.pem'));
  expect((await signModel(at('model'), at('key.pem'))).sha256).toBe(sha256(archive));
});

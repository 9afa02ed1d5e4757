import { afterEach, expect, it } from 'vitest';
import { accessControlFor } from '../src/config/access-control.js';
import { rtspSource } from '../src/config/camera.js';
import { parseConfiguration } from '../src/config/index.js';
import { describeError } from '../src/errors/index.js';
import { createGreengrassClient } from '../src/greengrass/index.js';
import { createLogger } from '../src/logger.js';
import { DevelopmentNucleus, type NucleusKind } from '../src/nucleus/index.js';
import { secretFor } from '../src/secrets.js';
import { findCredentials } from '../src/sources/credentials.js';

const logger = createLogger({ name: 'test', level: 'silent' });
const arn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:gate-camera-AbCdEf';
const text = '{"username":"operator","password":"s3cr3t"}';
const source = rtspSource.parse({
  type: 'rtsp',
  url: 'rtsp://10.0.0.7/1',
  credentials: { from: 'secretsManager', secret: arn },
});
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function client(kind: NucleusKind, isAllowed = true) {
  const nucleus = new DevelopmentNucleus({ logger, kind });
  nucleus.secrets.set(arn, text);
  await nucleus.start();
  closing.push(() => nucleus.stop());
  const configuration = parseConfiguration(
    {
      models: { m: { source: { type: 'package', path: '/m' } } },
      pipelines: { gate: { source, model: 'm' } },
    },
    'a test',
  );
  const { environment } = await nucleus.addComponent({
    name: 'mli.Inference',
    accessControl: isAllowed ? (accessControlFor(configuration) as never) : {},
  });
  const made = createGreengrassClient({ logger, environment });
  closing.push(() => made.close());
  await made.connect();
  return made;
}

it('the secret of a camera comes from the nucleus, with the rights that a deployment writes', async () => {
  const greengrass = await client('classic');
  const secret = await secretFor(source, (id) => greengrass.getSecret(id));
  expect(findCredentials(source.credentials, secret)).toEqual({ user: 'operator', password: 's3cr3t' });
});

it.each([
  ['nucleus lite, which has no secrets', 'lite', true],
  ['a nucleus that does not allow it', 'classic', false],
] as const)('says what to do on %s', async (_title, kind, isAllowed) => {
  const greengrass = await client(kind, isAllowed);
  const error = await secretFor(source, (id) => greengrass.getSecret(id)).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'SECRET_UNAVAILABLE' });
  expect(describeError(error)).toContain(arn);
  expect(describeError(error)).toContain('Nucleus lite has no secrets: use credentials {from: environment}');
});

it('without a nucleus there are no secrets, and a source without credentials needs none', async () => {
  await expect(secretFor(source, undefined)).rejects.toThrow('there is no nucleus');
  expect(await secretFor({ ...source, credentials: undefined }, undefined)).toBeUndefined();
});

it('a secret of another form is refused without being shown', () => {
  const find =
    (secret: string, keys = {}) =>
    () =>
      findCredentials({ from: 'secretsManager', secret: arn, ...keys }, secret);
  expect(find('plain-s3cr3t')).toThrow(/is no JSON object/);
  expect(find('plain-s3cr3t')).not.toThrow(/plain-s3cr3t/);
  expect(find('{"a":"s3cr3t"}')).toThrow('none of the keys username, password and token');
  expect(find(text, { passwordKey: 'pin' })).toThrow('no text under the key pin');
});

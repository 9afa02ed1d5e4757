import { S3Client } from '@aws-sdk/client-s3';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { useTokenExchange } from '../../src/greengrass/token-exchange.js';
import { createLogger } from '../../src/logger.js';
import { atEnd, greengrassClient, startNucleus } from '../nucleus/fixture.js';

const logger = createLogger({ name: 'test', level: 'silent' });
const name = 'aws.greengrass.TokenExchangeService';
afterEach(() => void vi.unstubAllEnvs());

async function clientOn(configuration?: { port: number | string }) {
  const nucleus = await startNucleus({ kind: 'lite' });
  if (configuration) await nucleus.addComponent({ name, configuration });
  return greengrassClient(await nucleus.addComponent({ name: 'com.example.Component' }));
}

it('finds the credentials of nucleus lite, and the AWS SDK takes them', async () => {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.url ?? ''} ${request.headers.authorization ?? ''}`);
    response.setHeader('content-type', 'application/json');
    const expiration = new Date(Date.now() + 3_600_000).toISOString();
    response.end(
      JSON.stringify({
        AccessKeyId: 'key',
        SecretAccessKey: 'secret',
        Token: 'session',
        Expiration: expiration,
      }),
    );
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  atEnd(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const client = await clientOn({ port: String(port) });
  // Neither the profile of a developer nor keys in the environment may answer first.
  for (const variable of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE'])
    vi.stubEnv(variable, '');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
  vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
  vi.stubEnv('AWS_CONTAINER_AUTHORIZATION_TOKEN', 'the token');
  vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', '');
  expect(await useTokenExchange(client, logger)).toBe(
    `http://localhost:${port}/2016-11-01/credentialprovider/`,
  );
  const credentials = await new S3Client({ region: 'eu-central-1' }).config.credentials();
  expect(credentials).toMatchObject({ accessKeyId: 'key', sessionToken: 'session' });
  expect(asked).toEqual(['/2016-11-01/credentialprovider/ the token']);
});

it('changes nothing where the nucleus gave an address, or no token, or has no such service', async () => {
  const client = await clientOn({ port: 80 });
  const given = {
    AWS_CONTAINER_AUTHORIZATION_TOKEN: 'x',
    AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://localhost:1/',
  };
  expect(await useTokenExchange(client, logger, given)).toBeUndefined();
  expect(given.AWS_CONTAINER_CREDENTIALS_FULL_URI).toBe('http://localhost:1/');
  expect(await useTokenExchange(client, logger, {})).toBeUndefined();
  const environment = { AWS_CONTAINER_AUTHORIZATION_TOKEN: 'x' };
  expect(await useTokenExchange(await clientOn(), logger, environment)).toBeUndefined();
  expect(environment).toEqual({ AWS_CONTAINER_AUTHORIZATION_TOKEN: 'x' });
});

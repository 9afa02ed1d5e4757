import { afterEach, expect } from 'vitest';
import {
  createGreengrassClient,
  type GreengrassClient,
  type GreengrassOptions,
} from '../../src/greengrass/index.js';
import { loadSdk, type SdkClient } from '../../src/greengrass/sdk.js';
import { createLogger } from '../../src/logger.js';
import {
  DevelopmentNucleus,
  type AccessControl,
  type ComponentAccess,
  type NucleusOptions,
} from '../../src/nucleus/index.js';

export const logger = createLogger({ name: 'test', level: process.env['MLI_TEST_LOG'] ?? 'silent' });

const endings: (() => Promise<void> | void)[] = [];
/** Runs after the test, the newest first. */
export function atEnd(ending: () => Promise<void> | void): void {
  endings.push(ending);
}
afterEach(async () => {
  for (const ending of endings.splice(0).reverse()) await ending();
});

/** A nucleus that listens until the test ends. */
export async function startNucleus(options: Partial<NucleusOptions> = {}): Promise<DevelopmentNucleus> {
  const nucleus = new DevelopmentNucleus({ logger, ...options });
  await nucleus.start();
  atEnd(() => nucleus.stop());
  return nucleus;
}

/** accessControl for local topics and for IoT Core, every operation of both. */
export function allow(local: string[], iotCore: string[] = []): AccessControl {
  return {
    'aws.greengrass.ipc.pubsub': { local: { operations: ['*'], resources: local } },
    'aws.greengrass.ipc.mqttproxy': { cloud: { operations: ['*'], resources: iotCore } },
  };
}

/** A connected client of the SDK itself, closed when the test ends. */
export async function sdkClient(access: ComponentAccess): Promise<SdkClient> {
  const sdk = await loadSdk();
  const client = sdk.createClient({
    ...sdk.createDefaultClientConfig(),
    hostName: access.environment['AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT'] ?? '',
    connectTransform: ({ message }) =>
      Promise.resolve({ ...message, payload: JSON.stringify({ authToken: access.svcuid }) }),
  });
  await client.connect();
  atEnd(() => client.close());
  return client;
}

/** Our client with short times, closed when the test ends; not yet connected. */
export function greengrassClient(
  access: ComponentAccess,
  options: Partial<GreengrassOptions> = {},
): GreengrassClient {
  const client = createGreengrassClient({
    logger,
    environment: access.environment,
    callTimeoutMs: 1_000,
    connectTimeoutMs: 1_000,
    reconnect: { initialMs: 20, maxMs: 200 },
    resubscribe: { initialMs: 20, maxMs: 200 },
    heartbeatMs: 0,
    renewMs: 0,
    ...options,
  });
  atEnd(() => client.close());
  return client;
}

export const text = (payload: unknown) => Buffer.from(payload as Uint8Array).toString('utf8');
export const delay = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** `expect.poll` with the patience of a loaded machine. */
export const eventually = (read: () => unknown): ReturnType<typeof expect.poll> =>
  expect.poll(read, { timeout: 10_000 });

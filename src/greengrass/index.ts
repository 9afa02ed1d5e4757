import type { Logger } from '../logger.js';
import { GreengrassClient } from './client.js';
import { readEndpoint } from './endpoint.js';
import { defaultTimes, type ClientTimes } from './options.js';

export type { GreengrassClient } from './client.js';
export type { GreengrassCounters } from './counters.js';
export type { ClientEvents, Subscription } from './link.js';
export type { ClientTimes } from './options.js';
export type {
  ConfigurationHandler,
  ConfigurationValidator,
  MessageHandler,
  ReceiveMode,
  TopicMessage,
  Verdict,
} from './sources.js';
export { heartbeatTopic } from './heartbeat.js';
export { maxLocalPayloadBytes } from './message-size.js';

export interface GreengrassOptions extends Partial<ClientTimes> {
  readonly logger: Logger;
  /** The variables that the nucleus sets for its components. @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * Makes a client, not yet connected; the SDK is loaded by its `connect`.
 * @throws EdgeError IPC_ENVIRONMENT_MISSING
 *
 * @example
 * const greengrass = createGreengrassClient({ logger });
 * await greengrass.connect();
 * await greengrass.subscribe('line1/gate', ({ payload }) => console.log(Buffer.from(payload).toString()));
 * await greengrass.publish('line1/gate', JSON.stringify({ gate: 'glass' }));
 */
export function createGreengrassClient(options: GreengrassOptions): GreengrassClient {
  const { logger, environment = process.env, ...times } = options;
  return new GreengrassClient(readEndpoint(environment), { ...defaultTimes, ...times }, logger);
}

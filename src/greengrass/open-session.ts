import { EdgeError, describeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import type { GreengrassCounters } from './counters.js';
import type { Endpoint } from './endpoint.js';
import { probeSocket } from './probe.js';
import type { Sdk, SdkClient } from './sdk.js';
import { Session } from './session.js';
import { guardStreams } from './stream-guard.js';

export interface OpenOptions {
  /** For the socket and for the handshake, each. */
  readonly timeoutMs: number;
  readonly counters: GreengrassCounters;
  readonly logger: Logger;
}

/** Connects to the nucleus and shakes hands. @throws EdgeError IPC_CONNECT_FAILED */
export async function openSession(sdk: Sdk, endpoint: Endpoint, options: OpenOptions): Promise<Session> {
  const { timeoutMs, counters, logger } = options;
  const failed = (reason: string, cause?: unknown) =>
    new EdgeError('IPC_CONNECT_FAILED', { socketPath: endpoint.socketPath, reason }, { cause });
  await probeSocket(endpoint.socketPath, timeoutMs).catch((error: unknown) => {
    throw failed(describeError(error), error);
  });
  const client = sdk.createClient({
    ...sdk.createDefaultClientConfig(),
    hostName: endpoint.socketPath,
    connectTransform: ({ message }) =>
      Promise.resolve({ ...message, payload: JSON.stringify({ authToken: endpoint.svcuid }) }),
  });
  if (!guardStreams(client))
    logger.warn('The SDK is not the one that is known: its streams are not guarded.');
  const session = new Session(client, counters, logger);
  try {
    await shakeHands(client, timeoutMs, failed);
  } catch (error) {
    await session.close('the connection was not made');
    throw error;
  }
  return session;
}

/** The SDK waits for ever where a nucleus accepts and says nothing. */
function shakeHands(
  client: SdkClient,
  timeoutMs: number,
  failed: (reason: string, cause?: unknown) => EdgeError,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(failed(`no handshake within ${timeoutMs} ms`)), timeoutMs);
    client.connect().then(
      () => {
        clearTimeout(timer);
        resolve();
      },
      (error: unknown) => {
        clearTimeout(timer);
        // Classic answers without the accepted flag, lite closes: in both cases the token is the first suspect.
        reject(failed(`the handshake failed, perhaps for a wrong SVCUID: ${describeError(error)}`, error));
      },
    );
  });
}

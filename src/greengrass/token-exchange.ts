import { describeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import type { GreengrassClient } from './client.js';

const service = 'aws.greengrass.TokenExchangeService';

/**
 * Nucleus lite gives every component the token for its credentials, but their address only to one whose recipe depends on the token
 * exchange service; and that one it does not start at all while the service is not there. A component that needs no credentials must
 * start without it, so the recipe has no such dependency, and the address is made as the nucleus makes it: from the port in the
 * configuration of the service. The AWS SDKs look for it in the environment when they need credentials. The classic nucleus sets both.
 *
 * Never rejects: what needs credentials says so itself.
 * @returns the address, where it was found
 */
export async function useTokenExchange(
  client: Pick<GreengrassClient, 'connect' | 'getConfiguration'>,
  logger: Logger,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  const { AWS_CONTAINER_AUTHORIZATION_TOKEN: token, AWS_CONTAINER_CREDENTIALS_FULL_URI: given } = environment;
  if (!token || given) return undefined;
  try {
    await client.connect();
    const { port } = await client.getConfiguration([], service);
    if (!Number.isInteger(Number(port)) || Number(port) <= 0) return undefined;
    const address = `http://localhost:${Number(port)}/2016-11-01/credentialprovider/`;
    environment['AWS_CONTAINER_CREDENTIALS_FULL_URI'] = address;
    return address;
  } catch (error) {
    logger.debug(`The token exchange service was not found. ${describeError(error)}`);
    return undefined;
  }
}

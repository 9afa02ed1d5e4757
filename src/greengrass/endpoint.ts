import { EdgeError } from '../errors/index.js';

/** Where the nucleus listens, and the token it gave to this component. */
export interface Endpoint {
  readonly socketPath: string;
  readonly svcuid: string;
}

/**
 * Reads the variables that a nucleus sets for its components.
 * @throws EdgeError IPC_ENVIRONMENT_MISSING naming the first that is not there.
 */
export function readEndpoint(environment: Readonly<Record<string, string | undefined>>): Endpoint {
  const read = (variable: string) => {
    const value = environment[variable];
    if (value === undefined || value === '') throw new EdgeError('IPC_ENVIRONMENT_MISSING', { variable });
    return value;
  };
  return { socketPath: read('AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT'), svcuid: read('SVCUID') };
}

import { access, constants } from 'node:fs/promises';
import { createGreengrassClient } from '../../greengrass/index.js';
import { createLogger } from '../../logger.js';
import { ok, problem, skipped, warning, type Check } from '../finding.js';

const socketVariable = 'AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT';
const timeoutMs = 5000;

/** Whether there is a nucleus, whether it lets us in, and which kind it is. */
export const nucleusCheck: Check = {
  subject: 'nucleus',
  look: async ({ environment }) => {
    const socket = environment[socketVariable];
    if (!socket || !environment['SVCUID'])
      return [
        skipped(
          `not asked: ${socketVariable} and SVCUID are set for components only ("mli nucleus" prints them for the desk)`,
        ),
      ];
    try {
      await access(socket, constants.W_OK);
    } catch (error) {
      return [
        problem(
          `The socket ${socket} of the nucleus cannot be used: ${(error as Error).message}.`,
          'Check that the nucleus runs (systemctl status greengrass, or ggl.* on nucleus lite) and that this user may write to it.',
        ),
      ];
    }
    const logger = createLogger({ name: 'doctor', level: 'silent', stream: 'stderr' });
    const client = createGreengrassClient({ logger, environment, heartbeatMs: 0 });
    try {
      await client.connect({ timeoutMs });
      await client.getConfiguration();
      const version = environment['GGC_VERSION'];
      // Only the classic nucleus sets it for its components.
      const kind =
        version === undefined
          ? 'it may be nucleus lite (GGC_VERSION is not set)'
          : `classic, version ${version}`;
      const thing = environment['AWS_IOT_THING_NAME'];
      return [
        ok(`it answers: ${kind}`),
        ...(thing === undefined
          ? [
              warning(
                'AWS_IOT_THING_NAME is not set, so topics are filled in with "unnamed".',
                'Start the component by the nucleus.',
              ),
            ]
          : []),
      ];
    } finally {
      await client.close();
    }
  },
};

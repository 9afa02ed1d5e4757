import { spoolSchema } from './config/spool.js';
import type { GreengrassClient } from './greengrass/index.js';
import type { Logger } from './logger.js';
import type { Transport } from './publish/index.js';
import { Spool } from './spool/index.js';

/** @param state the folder of the component's state */
export const createSpool = (client: GreengrassClient, state: string, logger: Logger): Spool =>
  new Spool({
    folder: state,
    config: spoolSchema.parse({}),
    send: ({ topic, payload, qos }) => client.publishToIotCore(topic, payload, qos),
    logger,
  });

/** Local messages go to the nucleus at once; those for IoT Core through the spool, so that none is lost and none overtakes another. */
export const spooledTransport = (client: GreengrassClient, spool: Spool): Transport => ({
  publish: (topic, payload) => client.publish(topic, payload),
  publishToIotCore: async (topic, payload, qos) => {
    // Not waited for: the spool bounds what waits, and counts what it cannot keep.
    void spool.push('results', { topic, payload, qos });
  },
});

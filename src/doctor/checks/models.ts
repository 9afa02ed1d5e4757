import path from 'node:path';
import type { Configuration } from '../../config/index.js';
import { ok, problemOf, skipped, type Check, type Finding } from '../finding.js';
import { probe } from '../probe.js';

type Look = Omit<Finding, 'subject'>;

/** Every model package that can be found on this device: its digests, and its golden samples by the target that fits. */
export const modelsCheck: Check = {
  subject: 'models',
  look: async ({ configuration, installFolder }) => {
    if (!configuration)
      return [
        await lookAt('waste-sorter', path.join(installFolder, 'models/waste-sorter'), undefined, undefined),
      ];
    const models = Object.entries(configuration.models);
    if (models.length === 0) return [skipped('the configuration has no models')];
    return Promise.all(
      models.map(async ([name, { source, allowUnpinned, target }]) => {
        if (source.type !== 'package' || source.path === undefined)
          return skipped(`${name}: from ${source.type}; it is proved when it is fetched`);
        const more = { sha256: source.sha256, allowUnpinned, target };
        return lookAt(name, source.path, configuration.dlr, more);
      }),
    );
  },
};

async function lookAt(
  name: string,
  folder: string,
  dlr: Configuration['dlr'] | undefined,
  more: { sha256?: string | undefined; allowUnpinned: boolean; target?: string | undefined } | undefined,
): Promise<Look> {
  try {
    const model = { folder, allowUnpinned: false, ...more };
    return ok(`${name}: ${await probe({ type: 'model', model, dlr: dlr ?? { device: 'cpu', threads: 1 } })}`);
  } catch (error) {
    const { state, message, remedy } = problemOf(error);
    return { state, message: `${name}: ${message}`, remedy };
  }
}

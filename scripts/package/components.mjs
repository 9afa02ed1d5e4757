import { inferenceArchive } from './inference-archive.mjs';
import { readyInference } from './prerequisites.mjs';
import { modelArchive, runtimeArchive } from './store-archives.mjs';

/**
 * What a component is made of.
 * @typedef {object} Component
 * @property {string} folder of its gdk-config.json, from the root of the repository
 * @property {(setup: import('../setup/steps.mjs').Setup, platforms: readonly import('./platforms.mjs').Platform[]) =>
 *   Promise<Map<string, import('./file-tree.mjs').FileTree>>} archives by name of the .zip; what they are made of is made ready
 */

const perPlatform = async (platforms, name, make) =>
  new Map(
    await Promise.all(
      platforms.map(async (platform) => [`${name}-${platform.id}.zip`, await make(platform)]),
    ),
  );

/** @type {Record<string, Component>} by the component's name */
export const COMPONENTS = {
  'mli.Inference': {
    folder: '.',
    archives: async (setup, platforms) => {
      await readyInference(setup, platforms);
      return await perPlatform(platforms, 'greengrass-mli', (platform) => inferenceArchive(setup, platform));
    },
  },
  'mli.runtime.DLR': {
    folder: 'components/runtime-dlr',
    archives: (setup, platforms) =>
      perPlatform(platforms, 'mli-runtime-dlr', (platform) => runtimeArchive(setup, platform)),
  },
  'mli.model.WasteSorter': {
    folder: 'components/model-waste-sorter',
    archives: async (setup) => new Map([['mli-model-waste-sorter.zip', modelArchive(setup, 'waste-sorter')]]),
  },
};

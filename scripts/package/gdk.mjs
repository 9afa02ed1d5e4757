import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { SetupFailure } from '../setup/failure.mjs';

/**
 * The component that a folder is the GDK project of.
 * @param {string} folder with gdk-config.json and recipe.yaml
 * @returns {{ name: string, version: string, recipe: string, recipeName: string }} version as written, such as NEXT_PATCH; path
 *   of the recipe, and the name under which GDK looks for it after the build: that of the file that recipe.yaml links to
 * @throws {SetupFailure} when it is none
 */
export function gdkProject(folder) {
  const path = join(folder, 'gdk-config.json');
  if (!existsSync(path)) {
    throw new SetupFailure(`there is no gdk-config.json in ${folder}`, {
      remedy:
        'run it in the root of the repository or in a folder of components/, or name the components with --local',
    });
  }
  const entries = Object.entries(JSON.parse(readFileSync(path, 'utf8')).component ?? {});
  if (entries.length !== 1)
    throw new SetupFailure(`${path} names ${entries.length} components, expected one`);
  const [[name, { version }]] = entries;
  const recipe = join(folder, 'recipe.yaml');
  return { name, version, recipe, recipeName: basename(linkTarget(recipe)) };
}

function linkTarget(path) {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (error.code === 'EINVAL') return path; // a file of its own
    throw error;
  }
}

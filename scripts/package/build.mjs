import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { digestOfFile } from '../setup/digest.mjs';
import { COMPONENTS } from './components.mjs';
import { bytesOf } from './file-tree.mjs';
import { gdkProject } from './gdk.mjs';
import { preparedRecipe } from './recipe.mjs';
import { writeZip } from './zip.mjs';

/**
 * The build that a gdk-config.json asks for: recipes and flat archives below `greengrass-build`, as GDK publishes them.
 * @param {import('../setup/steps.mjs').Setup} setup
 * @param {string} folder with the gdk-config.json
 * @param {{ platforms: readonly import('./platforms.mjs').Platform[], clean: boolean, say: (line: string) => void }} options
 *   `clean` does first what GDK does before it runs the build: removes what was built before
 */
export async function buildForGdk(setup, folder, { platforms, clean, say }) {
  const project = gdkProject(folder);
  const built = join(folder, 'greengrass-build');
  if (clean) rmSync(built, { recursive: true, force: true });
  const recipes = join(built, 'recipes');
  const artifacts = join(built, 'artifacts', project.name, project.version);
  const archives = await componentOf(project.name).archives(setup, platforms);
  const recipe = await preparedRecipe(project.recipe, new Set(archives.keys()));
  for (const path of [recipes, artifacts]) mkdirSync(path, { recursive: true });
  await writeArchives(archives, artifacts, say);
  writeFileSync(join(recipes, project.recipeName), recipe.text);
  sayLeftOut(project.name, recipe.leftOut, say);
}

/**
 * A folder for greengrass-cli and ggl-cli, which read recipes and artifacts with real versions:
 * `recipes/NAME-VERSION.yaml` and `artifacts/NAME/VERSION/`. The archives lie there for the classic nucleus, and unpacked beside
 * for lite, which unpacks nothing in a local deployment.
 * @param {import('../setup/steps.mjs').Setup} setup
 * @param {{ version: string, out: string, names: readonly string[],
 *   platforms: readonly import('./platforms.mjs').Platform[], say: (line: string) => void }} options
 */
export async function buildLocally(setup, { version, out, names, platforms, say }) {
  for (const name of names) {
    const component = componentOf(name);
    const project = gdkProject(join(setup.root, component.folder));
    const archives = await component.archives(setup, platforms);
    const published = { version, author: 'Greengrass MLI' };
    const recipe = await preparedRecipe(project.recipe, new Set(archives.keys()), published);
    const artifacts = join(out, 'artifacts', name, version);
    rmSync(artifacts, { recursive: true, force: true });
    for (const path of [artifacts, join(out, 'recipes')]) mkdirSync(path, { recursive: true });
    await writeArchives(archives, artifacts, say);
    for (const [file, tree] of archives) unpackTree(join(artifacts, basename(file, '.zip')), tree);
    writeFileSync(join(out, 'recipes', `${name}-${version}.yaml`), recipe.text);
    sayLeftOut(name, recipe.leftOut, say);
  }
}

async function writeArchives(archives, folder, say) {
  for (const [name, tree] of archives) {
    const path = join(folder, name);
    const { files, bytes } = await writeZip(path, tree);
    const digest = await digestOfFile(path);
    say(`${name}: ${files} files, ${(bytes / 1e6).toFixed(1)} MB unpacked, sha256 ${digest}`);
  }
}

function unpackTree(folder, tree) {
  for (const file of tree.files()) {
    const path = join(folder, file.name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytesOf(file), { mode: file.executable ? 0o755 : 0o644 });
  }
}

function sayLeftOut(name, leftOut, say) {
  if (leftOut.length === 0) return;
  say(
    `${name}: the recipe is without ${leftOut.join(', ')}, which was not built. A published version needs all platforms.`,
  );
}

function componentOf(name) {
  if (COMPONENTS[name]) return COMPONENTS[name];
  throw new Error(
    `there is no component “${name}” here, expected one of ${Object.keys(COMPONENTS).join(', ')}`,
  );
}

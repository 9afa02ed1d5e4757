import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseDocument } from 'yaml';
import { EdgeError } from '../../errors/index.js';
import { artifactUris } from '../publish/built-component.js';

/** A component in a folder for a local deployment, with a real version. */
export interface LocalComponent {
  readonly name: string;
  readonly version: string;
  readonly recipe: string;
}

/** What greengrass-cli and ggl-cli read: `recipes/*.yaml` and `artifacts/NAME/VERSION/`. */
export interface LocalFolder {
  readonly recipes: string;
  readonly artifacts: string;
  readonly components: readonly LocalComponent[];
}

/**
 * Reads and checks such a folder: both programs read every recipe in it, and a bad one ends the deployment.
 * @throws EdgeError DEPLOY_FOLDER_INVALID
 */
export async function readLocalFolder(folder: string): Promise<LocalFolder> {
  const recipes = path.resolve(folder, 'recipes');
  const artifacts = path.resolve(folder, 'artifacts');
  const refuse = (reason: string, cause?: unknown) =>
    new EdgeError('DEPLOY_FOLDER_INVALID', { folder, reason }, { cause });
  const files = await readdir(recipes).catch((error: unknown) => {
    throw refuse(`there is no folder ${recipes}`, error);
  });
  const components: LocalComponent[] = [];
  for (const file of files.filter((name) => /\.(ya?ml|json)$/.test(name)).sort()) {
    const recipe = path.join(recipes, file);
    const document = parseDocument(await readFile(recipe, 'utf8'));
    const name: unknown = document.get('ComponentName');
    const version: unknown = document.get('ComponentVersion');
    if (typeof name !== 'string' || typeof version !== 'string') throw refuse(`${recipe} is no recipe`);
    if (!/^\d+\.\d+\.\d+/.test(version))
      throw refuse(`${recipe} has the version ${version}, which no nucleus understands`);
    if (components.some((other) => other.name === name))
      throw refuse(`it has more than one version of ${name}`);
    for (const uri of artifactUris(document.toJS() as object)) {
      const artifact = path.join(artifacts, name, version, path.posix.basename(uri));
      await stat(artifact).catch((error: unknown) => {
        throw refuse(`${recipe} names ${artifact}, which is not there`, error);
      });
    }
    components.push({ name, version, recipe });
  }
  if (components.length === 0) throw refuse(`there is no recipe in ${recipes}`);
  return { recipes, artifacts, components };
}

/** Makes a configuration the default of a component's recipe: the one way that works on both nuclei. */
export async function writeDefaultConfiguration({ recipe }: LocalComponent, document: object): Promise<void> {
  const parsed = parseDocument(await readFile(recipe, 'utf8'));
  parsed.setIn(['ComponentConfiguration', 'DefaultConfiguration'], parsed.createNode(document));
  await writeFile(recipe, parsed.toString({ lineWidth: 0 }));
}

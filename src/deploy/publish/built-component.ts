import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { parse } from 'yaml';
import { EdgeError } from '../../errors/index.js';
import { unlessMissing } from '../../missing.js';

export interface Artifact {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
}

/** A component as the build left it for GDK: recipe and artifacts with placeholders. */
export interface BuiltComponent {
  readonly folder: string;
  readonly name: string;
  readonly author: string;
  /** As written: `NEXT_PATCH` or a version. */
  readonly version: string;
  /** The bucket's name without region and account, which GDK adds. */
  readonly bucket: string;
  readonly recipe: Readonly<Record<string, unknown>>;
  readonly artifacts: readonly Artifact[];
}

const gdkConfig = z.object({
  component: z.record(
    z.string(),
    z.object({ author: z.string(), version: z.string(), publish: z.object({ bucket: z.string() }) }),
  ),
});

/** @throws EdgeError DEPLOY_NOT_BUILT */
export async function readBuiltComponent(folder: string): Promise<BuiltComponent> {
  const refuse = (reason: string, cause?: unknown) =>
    new EdgeError('DEPLOY_NOT_BUILT', { folder, reason }, { cause });
  const { component } = await readGdkConfig(folder, refuse);
  const [entry, ...others] = Object.entries(component);
  if (!entry || others.length > 0) throw refuse('its gdk-config.json has to name one component');
  const [name, { author, version, publish }] = entry;
  const built = path.join(folder, 'greengrass-build');
  const recipes = await filesIn(path.join(built, 'recipes'));
  const [recipeName, ...more] = recipes.filter((file) => /\.(ya?ml|json)$/.test(file));
  if (recipeName === undefined || more.length > 0) throw refuse(`${built}/recipes has to have one recipe`);
  const recipe = parse(await readFile(path.join(built, 'recipes', recipeName), 'utf8')) as Record<
    string,
    unknown
  >;
  const artifactFolder = path.join(built, 'artifacts', name, version);
  const artifacts = await Promise.all(
    (await filesIn(artifactFolder)).map(async (file) => {
      const place = path.join(artifactFolder, file);
      return { name: file, path: place, bytes: (await stat(place)).size };
    }),
  );
  const lost = artifactUris(recipe)
    .map((uri) => path.basename(uri))
    .find((file) => !artifacts.some((artifact) => artifact.name === file));
  if (lost !== undefined)
    throw refuse(`the recipe names the artifact ${lost}, which is not in ${artifactFolder}`);
  return { folder, name, author, version, bucket: publish.bucket, recipe, artifacts };
}

async function readGdkConfig(folder: string, refuse: (reason: string, cause: unknown) => EdgeError) {
  const file = path.join(folder, 'gdk-config.json');
  try {
    return gdkConfig.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw refuse(`${file} is missing or not a configuration of GDK`, error);
  }
}

/** In a fixed order; none where there is no such folder. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(unlessMissing([]));
  return entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
}

interface RecipeArtifacts {
  readonly Manifests?: readonly { readonly Artifacts?: readonly { readonly Uri: string }[] }[];
}

/** URIs of all artifacts of a recipe. */
export const artifactUris = (recipe: object): string[] =>
  ((recipe as RecipeArtifacts).Manifests ?? []).flatMap(({ Artifacts: artifacts = [] }) =>
    artifacts.map(({ Uri: uri }) => uri),
  );

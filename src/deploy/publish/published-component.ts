import path from 'node:path';
import { EdgeError } from '../../errors/index.js';
import { artifactUris, type Artifact, type BuiltComponent } from './built-component.js';

/** The limit of CreateComponentVersion. */
const mostRecipeBytes = 16_000;

/** A component version ready to be published: its recipe is the one that AWS gets. */
export interface PublishedComponent {
  readonly name: string;
  readonly version: string;
  readonly bucket: string;
  /** JSON, with the version, the author and the artifacts' places filled in. */
  readonly recipe: string;
  readonly artifacts: readonly Artifact[];
}

/** Where an artifact lies in the bucket: as GDK puts it. */
export const artifactKey = (name: string, version: string, file: string): string =>
  `${name}/${version}/${file}`;

/** What `gdk component publish` makes of a built component. @throws EdgeError DEPLOY_RECIPE_TOO_LARGE */
export function publishedComponent(
  built: BuiltComponent,
  version: string,
  bucket: string,
): PublishedComponent {
  const { name, author, artifacts } = built;
  const places = new Map(
    artifactUris(built.recipe).map((uri) => [
      uri,
      `s3://${bucket}/${artifactKey(name, version, path.posix.basename(uri))}`,
    ]),
  );
  const { ComponentPublisher: publisher } = built.recipe;
  const document = {
    ...built.recipe,
    ComponentVersion: version,
    ComponentPublisher: publisher === '{COMPONENT_AUTHOR}' ? author : publisher,
  };
  // Without comments and with the short notation: a recipe has little room.
  const recipe = JSON.stringify(document, (key, value: unknown) =>
    key === 'Uri' ? places.get(String(value)) : value,
  );
  const bytes = Buffer.byteLength(recipe);
  if (bytes > mostRecipeBytes)
    throw new EdgeError('DEPLOY_RECIPE_TOO_LARGE', { component: name, bytes, limitBytes: mostRecipeBytes });
  return { name, version, bucket, recipe, artifacts };
}

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

export interface BuildOptions {
  readonly name?: string;
  readonly version?: string;
  /** Files among the artifacts; the recipe names `a.zip`. */
  readonly artifacts?: readonly string[];
  readonly description?: string;
}

/** A component as `gdk component build` leaves it. */
export async function writeBuild(folder: string, options: BuildOptions = {}): Promise<void> {
  const {
    name = 'mli.Inference',
    version = 'NEXT_PATCH',
    artifacts = ['a.zip'],
    description = 'For tests.',
  } = options;
  const write = async (file: string, text: string) => {
    await mkdir(path.join(folder, path.dirname(file)), { recursive: true });
    await writeFile(path.join(folder, file), text);
  };
  const config = { author: 'The author', version, publish: { bucket: 'artifacts', region: 'us-east-1' } };
  await write('gdk-config.json', JSON.stringify({ component: { [name]: config }, gdk_version: '1.3.0' }));
  for (const file of artifacts)
    await write(`greengrass-build/artifacts/${name}/${version}/${file}`, `content of ${file}`);
  await write(
    `greengrass-build/recipes/${name}.yaml`,
    `# A comment that AWS need not read.
RecipeFormatVersion: '2020-01-25'
ComponentName: ${name}
ComponentVersion: '{COMPONENT_VERSION}'
ComponentPublisher: '{COMPONENT_AUTHOR}'
ComponentDescription: ${description}
Manifests:
  - Platform: { os: linux }
    Artifacts:
      - Uri: s3://BUCKET_NAME/COMPONENT_NAME/COMPONENT_VERSION/a.zip
        Unarchive: ZIP
`,
  );
}

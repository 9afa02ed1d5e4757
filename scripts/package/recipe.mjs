import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { SetupFailure } from '../setup/failure.mjs';

/**
 * Reads a recipe and leaves out the manifests of platforms whose archives are not built.
 * @param {string} path
 * @param {ReadonlySet<string>} archives file names of those that are
 * @param {{ version: string, author: string }} [published] for a local deployment, which substitutes nothing itself
 * @returns {Promise<{ text: string, leftOut: string[] }>} the recipe, and the names of the manifests that were left out
 * @throws {SetupFailure} when it breaks a rule of either nucleus
 */
export async function preparedRecipe(path, archives, published) {
  // Production packages: they are there once the set-up has installed them, and not when this file is loaded.
  const { parseDocument } = await import('yaml');
  const { recipeProblems } = await import('./recipe-rules.mjs');
  const original = readFileSync(path, 'utf8');
  const document = parseDocument(original);
  const { Manifests: manifests = [] } = document.toJS();
  const isBuilt = ({ Artifacts: artifacts = [] }) =>
    artifacts.every(({ Uri: uri }) => archives.has(basename(String(uri))));
  const missing = manifests.flatMap((manifest, index) => (isBuilt(manifest) ? [] : [index]));
  for (const index of [...missing].reverse()) document.deleteIn(['Manifests', index]);
  if (published) publishLocally(document, published);
  const text = missing.length === 0 && !published ? original : document.toString({ lineWidth: 0 });
  const problems = recipeProblems(text, document.toJS());
  if (problems.length > 0) {
    throw new SetupFailure(`the recipe ${path} cannot be used: ${problems.join('; ')}`, {
      remedy: 'correct it; docs/packaging.md has the rules',
    });
  }
  return { text, leftOut: missing.map((index) => manifests[index].Name) };
}

/** What GDK does when it publishes, for nuclei that read the recipe from a folder. */
function publishLocally(document, { version, author }) {
  const name = document.get('ComponentName');
  document.set('ComponentVersion', version);
  document.set('ComponentPublisher', author);
  const { Manifests: manifests } = document.toJS();
  for (const [index, { Artifacts: artifacts }] of manifests.entries()) {
    for (const [place, { Uri: uri }] of artifacts.entries()) {
      // The nucleus finds the file by its name beside the recipe; the bucket is never asked.
      document.setIn(
        ['Manifests', index, 'Artifacts', place, 'Uri'],
        `s3://local/${name}/${version}/${basename(uri)}`,
      );
    }
  }
}

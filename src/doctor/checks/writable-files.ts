import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { unlessMissing } from '../../missing.js';
import { ok, problem, type Check, type Patient } from '../finding.js';

const worldWritable = 0o002;
const most = 5;

/** Code and models that others may write are code that others may run. */
export const writableFilesCheck: Check = {
  subject: 'files',
  look: async (patient) => {
    const found: string[] = [];
    for (const folder of foldersOf(patient)) await collect(folder, found);
    if (found.length === 0) return [ok('no file of the program or of a model can be written by everybody')];
    const names =
      found.slice(0, most).join(', ') + (found.length > most ? ` and ${found.length - most} more` : '');
    return [
      problem(
        `Everybody may write ${names}.`,
        `chmod o-w on them, after you made sure that they are what they should be.`,
      ),
    ];
  },
};

function foldersOf({ installFolder, configuration, stateFolder }: Patient): string[] {
  const models = Object.values(configuration?.models ?? {}).flatMap(({ source }) =>
    'path' in source && source.path !== undefined ? [source.path] : [],
  );
  return [
    path.join(installFolder, 'dist'),
    path.join(installFolder, 'models'),
    path.join(stateFolder, 'models'),
    ...models,
  ];
}

async function collect(file: string, found: string[]): Promise<void> {
  const stats = await lstat(file).catch(unlessMissing(undefined));
  if (!stats || stats.isSymbolicLink()) return;
  if ((stats.mode & worldWritable) !== 0 && !found.includes(file)) found.push(file);
  if (!stats.isDirectory()) return;
  for (const name of await readdir(file)) await collect(path.join(file, name), found);
}

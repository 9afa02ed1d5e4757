import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

/** Of the package, without what a subscriber has no use for: the models and the samples. */
const wanted = /^(package\.json|dist\/|docs\/.*\.json$)/;

/**
 * Makes a project as a user has it: the example's files, and the packages that it depends on. This one is there with the files that
 * its tarball would hold, and no others.
 */
export async function makeProject(folder: string, example: string): Promise<void> {
  await cp(path.join(root, 'examples', example), folder, { recursive: true });
  const modules = path.join(folder, 'node_modules');
  await mkdir(modules);
  for (const name of await readdir(path.join(root, 'node_modules')))
    await symlink(path.join(root, 'node_modules', name), path.join(modules, name));
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    maxBuffer: 64 * 1024 * 1024,
  });
  const [tarball] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  for (const file of tarball.files.map((one) => one.path).filter((name) => wanted.test(name)))
    await cp(path.join(root, file), path.join(modules, 'greengrass-mli', file));
}

/** Compiles it with its own settings. Rejects with what the compiler says. */
export async function compile(folder: string): Promise<void> {
  try {
    await run('npm', ['run', 'build'], { cwd: folder });
  } catch (error) {
    throw new Error((error as { stdout: string }).stdout, { cause: error });
  }
}

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { EdgeError } from '../../errors/index.js';
import { userCache } from '../../user-cache.js';

const run = promisify(execFile);

/** Debian's documentation of OpenCV, which has a street with pedestrians: 768x576, 795 frames, 10 a second. */
const source = { package: 'opencv-doc', file: './usr/share/doc/opencv-doc/examples/data/vtest.avi' };

/** Where it stays for the next time. */
export function streetVideoPath(environment: NodeJS.ProcessEnv = process.env): string {
  return path.join(userCache(environment), 'street', 'vtest.avi');
}

/**
 * The street video, from the cache or from the package; nothing is installed.
 * @param progress is told what goes on
 * @throws EdgeError STREET_VIDEO
 */
export async function streetVideo(progress: (line: string) => void): Promise<string> {
  const video = streetVideoPath();
  if (await isThere(video)) return video;
  const folder = path.dirname(video);
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(path.join(folder, 'download-'));
  try {
    progress(`Getting a street video from the Debian package ${source.package} (96 MB), once.`);
    await download(work, progress);
    const archive = (await readdir(work)).find((name) => name.endsWith('.deb'));
    if (archive === undefined) throw new Error(`apt-get left no package ${source.package}`);
    await run('dpkg-deb', ['--extract', path.join(work, archive), path.join(work, 'files')]);
    await rename(path.join(work, 'files', source.file), video);
    return video;
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim().split('\n').at(-1);
    throw new EdgeError('STREET_VIDEO', { reason: said || (error as Error).message }, { cause: error });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

async function download(folder: string, progress: (line: string) => void): Promise<void> {
  const apt = spawn('apt-get', ['download', source.package], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  apt.stderr.on('data', (text: Buffer) => (errors = (errors + text.toString()).slice(-2000)));
  const report = setInterval(() => {
    void sizeOf(folder).then((bytes) => progress(`  ${Math.round(bytes / 1e6)} MB`));
  }, 2000);
  try {
    const [code] = (await once(apt, 'close')) as [number | null];
    const failure = errors
      .split('\n')
      .filter((line) => line.startsWith('E:'))
      .at(-1);
    if (code !== 0) throw new Error(failure ?? `apt-get ended with code ${String(code)}`);
  } finally {
    clearInterval(report);
  }
}

async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(path.join(folder, name)).then(
        (info) => info.size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((a, b) => a + b, 0);
}

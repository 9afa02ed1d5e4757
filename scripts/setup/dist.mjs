import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { copyPage } from '../copy-page.mjs';
import { digestOfSources } from './digest.mjs';
import { SetupFailure } from './failure.mjs';
import { logsDir } from './paths.mjs';
import { isStamped, writeStamp } from './stamp.mjs';
import { askTool, runTool } from './tool.mjs';

const mainPath = (root) => join(root, 'dist', 'main.js');
const manifest = (...path) => JSON.parse(readFileSync(join(...path, 'package.json'), 'utf8'));
const sourcesKey = (root) =>
  digestOfSources(root, ['src', 'tsconfig.json'], [manifest(root, 'node_modules', 'typescript').version]);

/** @type {import('./steps.mjs').Step} */
export const dist = {
  name: 'dist',

  needed({ root }) {
    const work = 'compile TypeScript';
    if (!existsSync(join(root, 'node_modules', 'typescript'))) return work;
    return existsSync(mainPath(root)) && isStamped(root, this.name, sourcesKey(root), mainPath(root))
      ? null
      : work;
  },

  async run({ root, cache }) {
    const key = sourcesKey(root); // before, so that a source that is saved meanwhile is compiled next time
    // From nothing, so that no module of a deleted source remains.
    rmSync(join(root, 'dist'), { recursive: true, force: true });
    const tsc = join(root, 'node_modules', '.bin', 'tsc');
    const remedy = 'mend what the compiler names, then: node scripts/setup.mjs --only dist';
    await runTool(tsc, ['-p', 'tsconfig.json'], { cwd: root, log: join(logsDir(cache), 'dist.log'), remedy });
    copyPage(root);
    return key;
  },

  async verify({ root }, key) {
    const { version } = manifest(root);
    const said = await askTool(process.execPath, [mainPath(root), '--version']);
    if (!said.includes(version))
      throw new SetupFailure(`dist/main.js says version “${said}”, package.json ${version}`);
    writeStamp(root, this.name, key, mainPath(root));
  },
};

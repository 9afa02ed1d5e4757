import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { SetupFailure } from './failure.mjs';
import { nodeHeaders } from './node-headers.mjs';
import { opencvDir } from './opencv.mjs';
import { logsDir } from './paths.mjs';
import { isStamped, writeStamp } from './stamp.mjs';
import { askTool, onPath, runTool } from './tool.mjs';
import { toolchainFor } from './toolchain.mjs';

/** How many files its binding.gyp compiles, for the progress alone. */
const SOURCE_FILES = 100;

/** 16 x 8 pixels, the left half red and the right half blue. */
const JPEG = [
  '/9j/4AAQSkZJRgABAgAAAQABAAD/2wBDAAgICAkICQsLCwsLCw0MDQ0NDQ0NDQ0NDQ0ODg4REREODg4NDQ4OEBARERITEhER',
  'ERETExQUFBgYFxccHB0iIin/xABXAAEBAAAAAAAAAAAAAAAAAAAABgEBAQEBAQAAAAAAAAAAAAAAAAgBBgcQAQAAAAAAAAAA',
  'AAAAAAAAAAARAAICAwEBAAAAAAAAAAAAAAIDADOxcgGyc//AABEIAAgAEAMBEgACEgADEgD/2gAMAwEAAhEDEQA/AIscsFiv',
  'ov1yAsV9F+uT3ttZ6liG1nqWJICpE1L0HEJqXoOJOJ2M+h+uzTsZ9D9dn//Z',
].join('');

/**
 * Decodes and resizes in a process of its own, since a binary for another Node may crash. Without the variable the
 * library tells V8 about its memory from other threads, which crashes V8 under load.
 */
export const CHECK_PROGRAM = `
const cv = require(process.argv[1]);
const picture = cv.imdecode(Buffer.from('${JPEG}', 'base64'));
const small = picture.resize(4, 8);
const [blue, , red] = small.atRaw(2, 1);
if (picture.cols !== 16 || small.cols !== 8) throw new Error('sizes ' + picture.cols + ', ' + small.cols);
if (red < 200 || blue > 60) throw new Error('colours ' + small.atRaw(2, 1));
picture.release();
small.release();
console.log(cv.version.major + '.' + cv.version.minor);
`;

const packageDir = (setup) => join(setup.root, 'node_modules', 'opencv4nodejs');
const binaryPath = (setup) => join(packageDir(setup), 'build', 'Release', 'opencv4nodejs.node');

/**
 * Where the binary is kept for the next checkout. It depends on OpenCV's build, the package's version and Node's binary
 * interface, so the path names them.
 * @param {import('./steps.mjs').Setup} setup
 * @param {string} [moduleVersion] number of the binary interface: `127` for Node 22
 */
export async function cachedBinary(setup, moduleVersion = process.versions.modules) {
  const { version } = JSON.parse(readFileSync(join(packageDir(setup), 'package.json'), 'utf8'));
  const built = basename(await opencvDir(setup));
  return join(setup.cache, 'opencv4nodejs', `${version}-node${moduleVersion}-${built}`, 'opencv4nodejs.node');
}

/** @type {import('./steps.mjs').Step} */
export const opencv4nodejs = {
  name: 'opencv4nodejs',

  async needed(setup) {
    const compile = `build opencv4nodejs for Node ${process.versions.node.split('.')[0]} (about ${Math.ceil(160 / availableParallelism() / 10) * 10} s)`;
    if (!existsSync(packageDir(setup)) || !onPath('g++')) return compile;
    const cached = await cachedBinary(setup);
    if (existsSync(binaryPath(setup)) && isStamped(setup.root, this.name, cached, binaryPath(setup)))
      return null;
    return existsSync(cached) ? 'take opencv4nodejs from the cache' : compile;
  },

  async run(setup) {
    const cached = await cachedBinary(setup);
    if (setup.forced.has(this.name)) rmSync(cached, { force: true });
    if (!existsSync(cached))
      await compile(setup, cached, { folder: packageDir(setup), headers: await nodeHeaders(setup) });
    rmSync(dirname(binaryPath(setup)), { recursive: true, force: true });
    mkdirSync(dirname(binaryPath(setup)), { recursive: true });
    copyFileSync(cached, binaryPath(setup));
  },

  async verify(setup) {
    const cached = await cachedBinary(setup);
    try {
      const env = { ...process.env, OPENCV4NODEJS_DISABLE_EXTERNAL_MEM_TRACKING: '1' };
      await askTool(process.execPath, ['-e', CHECK_PROGRAM, packageDir(setup)], { env });
    } catch (error) {
      rmSync(cached, { force: true });
      if (error instanceof SetupFailure) error.remedy ??= 'run this again: the binary will be built anew';
      throw error;
    }
    writeStamp(setup.root, this.name, cached, binaryPath(setup));
  },
};

/**
 * Runs the package's own install script by its name: npm's report about install scripts says nothing (it is "ok" when
 * the compiler failed), so success is the file that was not there before.
 * @param {import('./steps.mjs').Setup} setup for `setup.arch`, which need not be this machine's
 * @param {string} cached path of the binary to make
 * @param {{ folder: string, headers: string }} places the package's folder, whose `build` is used and emptied, and the
 *   prefix of the Node that the binary is for
 */
export async function compile(setup, cached, { folder, headers }) {
  const opencv = await opencvDir(setup);
  const { cc, cxx, ar, cross } = toolchainFor(setup.arch);
  const log = join(logsDir(setup.cache), 'opencv4nodejs.log');
  const env = {
    ...process.env,
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter), // npm runs on this Node, not on another
    OPENCV4NODEJS_DISABLE_AUTOBUILD: '1',
    OPENCV_INCLUDE_DIR: join(opencv, 'include'),
    OPENCV_LIB_DIR: join(opencv, 'lib'),
    LDFLAGS: '-Wl,--exclude-libs,ALL -Wl,--gc-sections -s',
    CXXFLAGS: `-ffile-prefix-map=${opencv}=opencv`,
    JOBS: String(availableParallelism()),
    npm_config_nodedir: headers,
    ...(cross && { npm_config_arch: setup.arch, CC: cc, CXX: cxx, AR: ar, LINK: cxx }),
  };
  rmSync(join(folder, 'build'), { recursive: true, force: true });
  setup.report.phase(`build opencv4nodejs on ${availableParallelism()} cores`);
  let compiled = 0;
  await runTool('npm', ['run', 'install'], {
    cwd: folder,
    env,
    log,
    onLine: (line) => {
      if (/^\s*CXX\(target\)/.test(line)) setup.report.progress(Math.min(++compiled / SOURCE_FILES, 0.99));
    },
  });
  const built = join(folder, 'build', 'Release', 'opencv4nodejs.node');
  if (!existsSync(built) || statSync(built).size === 0) {
    throw new SetupFailure('the build of opencv4nodejs left no binary', {
      remedy: 'its log has the compiler’s message',
      log,
    });
  }
  // It would look for shared OpenCV libraries in the folder of this build. Removing alone leaves that folder's name in the file,
  // and replacing overwrites it.
  for (const change of [['--set-rpath', '$ORIGIN'], ['--remove-rpath']]) {
    await runTool('patchelf', [...change, built], { log, append: true });
  }
  mkdirSync(dirname(cached), { recursive: true });
  copyFileSync(built, `${cached}.new`);
  renameSync(`${cached}.new`, cached);
  rmSync(join(folder, 'build'), { recursive: true, force: true }); // 100 MB of objects
}

import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { SetupFailure } from './failure.mjs';
import { freeBytes } from './machine.mjs';
import { OPENCV_MODULES, OPENCV_SOURCE, OPENCV_VERSION, opencvFlags, opencvKey } from './opencv-recipe.mjs';
import { logsDir, workDir } from './paths.mjs';
import { downloadPinned } from './pypi.mjs';
import { askTool, onPath, runTool } from './tool.mjs';
import { toolchainFor } from './toolchain.mjs';

const BUILD_BYTES = 3e9;

/** Uses what the pipeline uses: encodes a picture, decodes it, resizes it, opens a capture. */
const CHECK_PROGRAM = `
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>
#include <cstdlib>
#include <iostream>
int main() {
  const cv::Mat plain(32, 48, CV_8UC3, cv::Scalar(64, 128, 192));
  std::vector<unsigned char> jpeg;
  if (!cv::imencode(".jpg", plain, jpeg)) return 2;
  cv::Mat small;
  cv::resize(cv::imdecode(jpeg, cv::IMREAD_COLOR), small, cv::Size(12, 8));
  if (small.rows != 8 || std::abs(small.at<cv::Vec3b>(4, 6)[1] - 128) > 2) return 3;
  if (cv::VideoCapture("absent.avi").isOpened()) return 4;
  std::cout << cv::getVersionString() << std::endl;
}
`;

/**
 * The folder of the static OpenCV for this processor and compiler, whether it was built or not:
 * `include/opencv2`, `lib/*.a`, `lib/libopencv_world.so` (a linker script that names them all) and `licenses`.
 * @param {import('./steps.mjs').Setup} setup
 */
export async function opencvDir(setup) {
  const compiler = await askTool(toolchainFor(setup.arch).cxx, ['-dumpversion']);
  return join(setup.cache, opencvKey(setup.arch, compiler.split('.')[0]));
}

/** @type {import('./steps.mjs').Step} */
export const opencv = {
  name: 'opencv',

  async needed(setup) {
    if (onPath(toolchainFor(setup.arch).cxx) && existsSync(join(await opencvDir(setup), 'verified')))
      return null;
    const cores = availableParallelism();
    return `build OpenCV ${OPENCV_VERSION}, once for all checkouts (about ${Math.ceil(12 / cores)} min on ${cores} cores)`;
  },

  async run(setup) {
    const folder = await opencvDir(setup);
    if (setup.forced.has(this.name)) rmSync(folder, { recursive: true, force: true });
    if (existsSync(folder)) return; // a set-up was ended after the build and before the verification
    const free = freeBytes(setup.cache);
    if (free < BUILD_BYTES) {
      throw new SetupFailure(
        `${setup.cache} has ${(free / 1e9).toFixed(1)} GB free; building OpenCV takes up to ${BUILD_BYTES / 1e9} GB`,
        {
          remedy: 'free some space, or set MLI_CACHE_DIR to a folder on a larger disk',
        },
      );
    }
    await build(setup, folder);
  },

  async verify(setup) {
    const folder = await opencvDir(setup);
    try {
      writeFileSync(join(folder, 'verified'), `${await versionInUse(setup, folder)}\n`);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  },
};

/** Builds in a work folder and renames at the end, so that a folder with the final name is always whole. */
async function build(setup, folder) {
  const log = join(logsDir(setup.cache), 'opencv.log');
  const work = join(workDir(setup.cache), 'opencv');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });

  setup.report.phase('download the source of OpenCV (96 MB)');
  const archive = await downloadPinned(OPENCV_SOURCE, { cache: setup.cache, step: 'opencv' });
  await runTool('tar', ['-xzf', archive, '-C', work, '--strip-components=1', '--no-same-owner'], { log });

  setup.report.phase('configure OpenCV');
  const installed = join(work, 'installed');
  const places = ['-G', 'Ninja', '-S', join(work, 'opencv'), '-B', join(work, 'build')];
  // Assertions carry the names of source files; without the map they would carry this machine's folders too.
  const map = `-ffile-prefix-map=${join(work, 'opencv')}=opencv`;
  const local = [`-DCMAKE_INSTALL_PREFIX=${installed}`, `-DCMAKE_C_FLAGS=${map}`, `-DCMAKE_CXX_FLAGS=${map}`];
  const definitions = [...toolchainFor(setup.arch).cmake, ...local, ...opencvFlags(setup.arch)];
  await runTool('cmake', [...places, ...definitions], { log, append: true });

  setup.report.phase(`build OpenCV on ${availableParallelism()} cores`);
  await runTool('ninja', ['-C', join(work, 'build')], {
    log,
    append: true,
    remedy:
      'a compiler that was “Killed” wants more memory (2 GB a core); anything else is a fault worth reporting, with the log',
    onLine: (line) => {
      const step = /^\[(\d+)\/(\d+)\]/.exec(line);
      if (step) setup.report.progress(Number(step[1]) / Number(step[2]));
    },
  });
  await runTool('cmake', ['--install', join(work, 'build')], { log, append: true });

  const kept = join(work, 'kept');
  keep(installed, kept);
  renameSync(kept, folder);
  rmSync(work, { recursive: true, force: true });
}

/**
 * Copies what compiling and linking need, and the licences, which whoever ships the binary ships too.
 * opencv4nodejs links `-lopencv_world` if there is one: a linker script of that name gives it all archives in one go, in
 * an order that resolves. Names without a folder are looked up beside the script, so the folder can be moved.
 */
function keep(installed, kept) {
  cpSync(join(installed, 'include', 'opencv4', 'opencv2'), join(kept, 'include', 'opencv2'), {
    recursive: true,
  });
  cpSync(join(installed, 'share', 'licenses', 'opencv4'), join(kept, 'licenses'), { recursive: true });
  const own = OPENCV_MODULES.map((name) => `libopencv_${name}.a`);
  const thirdParty = readdirSync(join(installed, 'lib', 'opencv4', '3rdparty')).filter((name) =>
    name.endsWith('.a'),
  );
  for (const name of own) cpSync(join(installed, 'lib', name), join(kept, 'lib', name));
  for (const name of thirdParty)
    cpSync(join(installed, 'lib', 'opencv4', '3rdparty', name), join(kept, 'lib', name));
  const script = `GROUP ( ${[...own, ...thirdParty].join(' ')} )\nINPUT ( -ldl -lpthread -lrt -lm )\n`;
  writeFileSync(join(kept, 'lib', 'libopencv_world.so'), script);
}

/** Compiles, links and runs a program against the build. */
async function versionInUse(setup, folder) {
  const work = join(workDir(setup.cache), 'opencv-check');
  const log = join(logsDir(setup.cache), 'opencv-check.log');
  mkdirSync(work, { recursive: true });
  writeFileSync(join(work, 'check.cpp'), CHECK_PROGRAM);
  const link = [`-L${join(folder, 'lib')}`, '-lopencv_world', '-o', 'check'];
  const { cxx, run } = toolchainFor(setup.arch);
  await runTool(cxx, ['-std=c++17', `-I${join(folder, 'include')}`, 'check.cpp', ...link], {
    cwd: work,
    log,
  });
  const version = await askTool(...run('./check'), { cwd: work });
  rmSync(work, { recursive: true, force: true });
  if (version === OPENCV_VERSION) return version;
  throw new SetupFailure(`the OpenCV that was built says it is ${version}, expected ${OPENCV_VERSION}`);
}

import { chmodSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { digestOfFile } from './digest.mjs';
import { SetupFailure } from './failure.mjs';
import { DLR_VERSION, libdlrPath, workDir } from './paths.mjs';
import { downloadPinned } from './pypi.mjs';
import { askTool } from './tool.mjs';

/** @type {import('./pypi.mjs').PinnedFile} */
const WHEEL = {
  requirement: `dlr==${DLR_VERSION}`,
  file: `dlr-${DLR_VERSION}-py2.py3-none-manylinux1_x86_64.whl`,
  sha256: 'cb9672db941537567005d6c5ea98a03ede8ca4c8f8c51db4fcfa49d83d3c75cf',
  pip: ['--only-binary', ':all:', '--platform', 'manylinux1_x86_64'],
  source: false,
};
const LIBRARY_IN_WHEEL = `dlr-${DLR_VERSION}.data/data/dlr/libdlr.so`;
const LIBRARY_SHA256 = '570d8e462cd1f4f6d997e150d6d0eea0026010098194bef62d1ad4f8e1196ca7';

/** The Python half of the wheel reports its use to its makers, so nothing but the library is unpacked. */
const EXTRACT = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel, open(sys.argv[3], "wb") as out:
    out.write(wheel.read(sys.argv[2]))
`;

const ASK_VERSION = `
import ctypes, sys
version = ctypes.c_char_p()
if ctypes.CDLL(sys.argv[1]).GetDLRVersion(ctypes.byref(version)) != 0: sys.exit("GetDLRVersion failed")
print(version.value.decode())
`;

/** @type {import('./steps.mjs').Step} */
export const libdlr = {
  name: 'libdlr',

  async needed(setup) {
    const path = libdlrPath();
    if (process.env.MLI_LIBDLR) {
      if (existsSync(path)) return null;
      throw new SetupFailure(`MLI_LIBDLR names ${path}, which is not there`, {
        remedy: 'correct it, or unset it to use the set-up’s own library',
      });
    }
    if (path === undefined) return null;
    if (existsSync(path) && (await digestOfFile(path)) === LIBRARY_SHA256) return null;
    return `fetch the DLR ${DLR_VERSION} runtime library`;
  },

  readyText(setup) {
    if (process.env.MLI_LIBDLR) return `ready (${libdlrPath()})`;
    if (libdlrPath() !== undefined) return 'ready';
    return `none is published for ${setup.arch}: models run on their ONNX target; set MLI_LIBDLR to the path of a libdlr.so to use DLR`;
  },

  async run(setup) {
    const path = libdlrPath();
    if (path === undefined || process.env.MLI_LIBDLR) return;
    const wheel = await downloadPinned(WHEEL, { cache: setup.cache, step: 'libdlr' });
    mkdirSync(workDir(setup.cache), { recursive: true });
    const fresh = join(workDir(setup.cache), 'libdlr.so');
    await askTool('python3', ['-c', EXTRACT, wheel, LIBRARY_IN_WHEEL, fresh]);
    const digest = await digestOfFile(fresh);
    if (digest !== LIBRARY_SHA256) {
      rmSync(fresh);
      throw new SetupFailure(`libdlr.so from the wheel has sha256 ${digest}, expected ${LIBRARY_SHA256}`);
    }
    chmodSync(fresh, 0o555);
    mkdirSync(dirname(path), { recursive: true });
    renameSync(fresh, path);
  },

  async verify() {
    const path = libdlrPath();
    if (path === undefined) return;
    const version = await askTool('python3', ['-c', ASK_VERSION, path]);
    if (process.env.MLI_LIBDLR || version === DLR_VERSION) return;
    throw new SetupFailure(`${path} says that it is DLR ${version}, expected ${DLR_VERSION}`);
  },
};

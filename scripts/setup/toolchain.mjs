/**
 * The compiler for a processor, and how its programs are run here: this machine's own, or a cross compiler and an emulator.
 * @typedef {object} Toolchain
 * @property {string} cc
 * @property {string} cxx
 * @property {string} ar
 * @property {string} strip
 * @property {boolean} cross
 * @property {readonly string[]} cmake definitions that make CMake use it, apart from OpenCV's own toolchain file
 * @property {(program: string, args?: readonly string[]) => [string, string[]]} run the command line that runs a program
 */

/** By Node's name of the processor; `emulator` is QEMU's static user mode, which needs the C library of the target beside it. */
const TRIPLETS = {
  x64: { triplet: 'x86_64-linux-gnu', processor: 'x86_64', emulator: 'qemu-x86_64-static' },
  arm64: { triplet: 'aarch64-linux-gnu', processor: 'aarch64', emulator: 'qemu-aarch64-static' },
};

/**
 * @param {string} arch `x64` or `arm64`
 * @param {string} [host] the processor that this runs on
 * @returns {Toolchain}
 */
export function toolchainFor(arch, host = process.arch) {
  if (arch === host) {
    return {
      cc: 'gcc',
      cxx: 'g++',
      ar: 'ar',
      strip: 'strip',
      cross: false,
      cmake: [],
      run: (program, args = []) => [program, [...args]],
    };
  }
  const { triplet, processor, emulator } = TRIPLETS[arch];
  const cc = `${triplet}-gcc`;
  const cxx = `${triplet}-g++`;
  return {
    cc,
    cxx,
    ar: `${triplet}-ar`,
    strip: `${triplet}-strip`,
    cross: true,
    cmake: [
      '-DCMAKE_SYSTEM_NAME=Linux',
      `-DCMAKE_SYSTEM_PROCESSOR=${processor}`,
      `-DCMAKE_C_COMPILER=${cc}`,
      `-DCMAKE_CXX_COMPILER=${cxx}`,
      '-DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY',
      `-DCMAKE_FIND_ROOT_PATH=/usr/${triplet}`,
    ],
    run: (program, args = []) => [emulator, ['-L', `/usr/${triplet}`, program, ...args]],
  };
}

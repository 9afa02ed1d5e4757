import { existsSync } from 'node:fs';
import path from 'node:path';
import { runTool } from '../scripts/setup/tool.mjs';
import { logsDir, repositoryRoot } from '../scripts/setup/paths.mjs';
import { LineProcess } from './line-process.mjs';
import { threads } from './workload.mjs';

const buildFolder = path.join(repositoryRoot, 'build');
const programs = [path.join(buildFolder, 'dlr_loop'), path.join(buildFolder, 'Release', 'dlr_loop')];

/**
 * Builds bench/native/dlr_loop.c in the addon's build folder, with its compiler and flags; does nothing where it is up to date.
 * @returns {Promise<string>} path of the program
 */
export async function buildDlrLoop() {
  const log = path.join(logsDir(), 'bench-dlr-loop.log');
  await runTool('cmake', ['--build', buildFolder, '--target', 'dlr_loop'], { log });
  const program = programs.find((file) => existsSync(file));
  if (program === undefined) throw new Error(`cmake left none of ${programs.join(', ')}: see ${log}`);
  return program;
}

/**
 * Starts the loop. Asked for n runs it answers with {latenciesMs, checksum}; the checksum is that of the last run's outputs.
 * @param {string} program
 * @param {string} library libdlr.so
 * @param {string} artifact folder of the compiled model
 * @param {string} inputFile the elements of the one input
 */
export const startDlrLoop = (program, library, artifact, inputFile) =>
  new LineProcess(program, [library, artifact, inputFile, String(threads)], dlrEnvironment);

/** The threads of TVM's pool as the addon sets them (native/thread_count.cc): a library reads them when its first model runs. */
export const dlrEnvironment = {
  TVM_NUM_THREADS: String(threads),
  OMP_NUM_THREADS: String(threads),
  TVM_BIND_THREADS: '0',
};

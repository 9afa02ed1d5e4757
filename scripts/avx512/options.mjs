import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SetupFailure } from '../setup/failure.mjs';

/** Of the archives, when they are made for this alone. */
export const VERSION = '0.1.0';
export const MODEL = 'waste-sorter';
export const COMPONENTS = ['mli.Inference', 'mli.runtime.DLR', 'mli.model.WasteSorter'];

export const HELP = `Usage: node scripts/avx512/prove.mjs [--processor MODEL] [--local FOLDER] [--system FOLDER] [--mirror ADDRESS]
                                   [--limit MINUTES] [--keep FOLDER] [STEP ...]

Makes a bare Debian 12 with the amd64 archives, boots it in Bochs on an emulated processor with AVX-512, and runs there:

  count    one inference in a loop in C, with each DLR target of ${MODEL}: how many instructions it takes
  verify   the golden samples on every target ("mli model verify")
  explain  which target the product chooses ("mli model explain")
  infer    a picture of samples/belt ("mli infer")

Without steps: all of them, in about an hour. Times in the emulated machine mean instructions, not speed. Needs root, Debian,
and 3 GB of memory.

  --processor MODEL of "bochs --help cpu" (default: corei7_skylake_x)
  --local FOLDER    what "build-component.mjs --local ${VERSION} --out FOLDER" made (default: made now)
  --system FOLDER   where the bare system is made, or was made before (default: in a temporary folder that is removed)
  --mirror ADDRESS  Debian mirror (default: that of this machine's apt)
  --limit MINUTES   most that the emulated machine may take (default: 180)
  --keep FOLDER     where the machine's disk and logs stay (default: in a temporary folder that is removed)
`;

const STEPS = ['count', 'verify', 'explain', 'infer'];

/**
 * What the command line asks for.
 * @param {readonly string[]} args
 * @returns {{ help: true } | { help: false, options: object, steps: string[] }} `options` with absolute folders
 * @throws {SetupFailure} that names the value and the rule
 */
export function readOptions(args) {
  const { values, positionals } = parsed(args);
  if (values.help) return { help: true };
  const steps = positionals.length > 0 ? positionals : STEPS;
  return { help: false, steps, options: checked(values, steps) };
}

function parsed(args) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        processor: { type: 'string', default: 'corei7_skylake_x' },
        local: { type: 'string' },
        system: { type: 'string' },
        mirror: { type: 'string' },
        limit: { type: 'string', default: '180' },
        keep: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new SetupFailure(error.message, { remedy: 'see --help', cause: error });
  }
}

function checked({ limit, keep, local, system, processor, mirror }, steps) {
  const unknown = steps.filter((step) => !STEPS.includes(step));
  if (unknown.length > 0)
    throw new SetupFailure(`there is no step ${unknown.join(', ')}`, {
      remedy: `choose from ${STEPS.join(', ')}`,
    });
  const limitMinutes = Number(limit);
  if (!(limitMinutes > 0))
    throw new SetupFailure(`--limit ${limit} is not a number of minutes above 0`, {
      remedy: 'for example --limit 180',
    });
  const folders = Object.entries({ keep, local, system }).filter(([, folder]) => folder !== undefined);
  for (const [name, folder] of folders) {
    if (existsSync(folder) && !statSync(folder).isDirectory())
      throw new SetupFailure(`--${name} ${folder} is not a folder`, {
        remedy: 'name a folder, or a new one',
      });
  }
  if (local !== undefined) requireArchives(local);
  return {
    processor,
    mirror,
    limitMinutes,
    ...Object.fromEntries(folders.map(([name, folder]) => [name, resolve(folder)])),
  };
}

/** @throws {SetupFailure} where a recipe or the archives of a component are not there */
function requireArchives(local) {
  const missing = COMPONENTS.flatMap((name) => [
    join('recipes', `${name}-${VERSION}.yaml`),
    join('artifacts', name, VERSION),
  ]).filter((file) => !existsSync(join(local, file)));
  if (missing.length === 0) return;
  throw new SetupFailure(`--local ${local} does not have ${missing.join(', ')}`, {
    remedy: `make them: node scripts/build-component.mjs --local ${VERSION} --out ${local}`,
  });
}

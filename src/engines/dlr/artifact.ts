import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { EdgeError } from '../../errors/index.js';
import { readElf } from './elf.js';
import { readGraphArguments, type GraphTensor } from './graph.js';
import { readParamNames } from './params.js';

/** A compiled model whose files were found complete, as far as that can be seen without running it. */
export interface Artifact {
  readonly folder: string;
  readonly backend: 'tvm' | 'relayvm' | 'treelite';
  /** The files that DLR is to read, absolute. */
  readonly files: readonly string[];
  /** True where DLR would mistake another file of the folder for one of these. */
  readonly ambiguous: boolean;
  /** The inputs that the graph declares; undefined for back ends without one. */
  readonly inputs: readonly GraphTensor[] | undefined;
}

/** JSON files that SageMaker Neo puts beside the graph. */
const auxiliaryJson = new Set(['version.json', 'manifest.json', 'model-shapes.json', 'hyperparams.json']);

/** Those of them that DLR up to 1.6 takes for the graph: it gives up, or reads the wrong one. */
const mistakenJson = new Set(['version.json', 'manifest.json']);

/** DLR separates the paths of a model with colons. */
const SEPARATOR = ':';

/**
 * Looks at a compiled model before libdlr does: DLR passes over some faults (1.5 takes any of two `.so`), reports others to
 * standard error only, and a damaged library ends the process.
 * @throws EdgeError ARTIFACT_*
 */
export async function inspectArtifact(
  folder: string,
  architecture: string = process.arch,
): Promise<Artifact> {
  const absolute = path.resolve(folder);
  if (absolute.includes(SEPARATOR)) {
    throw new EdgeError('ARTIFACT_NOT_FOUND', {
      path: absolute,
      reason: `a "${SEPARATOR}" in a path is a separator for DLR`,
    });
  }
  const names = await listFiles(absolute);
  const only = (
    extension: string,
    needed: string | undefined,
    fits = (name: string) => name.endsWith(extension),
  ) => {
    const found = names.filter(fits);
    if (found.length > 1)
      throw new EdgeError('ARTIFACT_AMBIGUOUS', { path: absolute, extension, files: found });
    if (found[0] !== undefined) return [path.join(absolute, found[0])];
    if (needed === undefined) return [];
    throw new EdgeError('ARTIFACT_INCOMPLETE', { path: absolute, backend: needed, extension });
  };
  const backend = backendOf(names);
  const library = only('.so', backend, isModelLibrary);
  await Promise.all(library.map((file) => checkLibrary(file, architecture)));
  if (backend === 'treelite')
    return { folder: absolute, backend, files: library, ambiguous: false, inputs: undefined };
  const ambiguous = names.some((name) => mistakenJson.has(name));
  const metadata = only('.meta', backend === 'relayvm' ? backend : undefined);
  if (backend === 'relayvm') {
    const files = [...only('.ro', backend), ...library, ...metadata];
    return { folder: absolute, backend, files, ambiguous, inputs: undefined };
  }
  const graph = only('.json', backend, (name) => name.endsWith('.json') && !auxiliaryJson.has(name));
  const params = only('.params', backend);
  const inputs = await readInputs(graph, params);
  return {
    folder: absolute,
    backend,
    files: [...library, ...graph, ...params, ...metadata],
    ambiguous,
    inputs,
  };
}

/** The order in which DLR decides (`GetBackend` in its src/dlr_common.cc). */
function backendOf(names: readonly string[]): Artifact['backend'] {
  if (names.some((name) => name.endsWith('.params') || (name.endsWith('.json') && !auxiliaryJson.has(name))))
    return 'tvm';
  return names.some((name) => name.endsWith('.ro')) ? 'relayvm' : 'treelite';
}

const isModelLibrary = (name: string): boolean => name.endsWith('.so') && !name.endsWith('libdlr.so');

async function listFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new EdgeError('ARTIFACT_NOT_FOUND', { path: folder, reason: systemReason(cause) }, { cause });
  });
  const kinds = await Promise.all(names.map((name) => isFile(path.join(folder, name))));
  return names.filter((_, i) => kinds[i]).sort();
}

async function isFile(name: string): Promise<boolean> {
  try {
    return (await stat(name)).isFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false; // a link to nothing
    throw new EdgeError(
      'ARTIFACT_NOT_FOUND',
      { path: name, reason: (error as Error).message },
      { cause: error },
    );
  }
}

function systemReason(cause: unknown): string {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'there is nothing at this path';
  if (code === 'ENOTDIR') return 'it is a file, not a folder';
  return (cause as Error).message;
}

async function checkLibrary(file: string, expected: string): Promise<void> {
  const elf = await readPart(file, readElf);
  if (!elf) throw new EdgeError('ARTIFACT_DAMAGED', { path: file, reason: 'it is no ELF library' });
  const actual = elf.architecture;
  if (actual !== expected)
    throw new EdgeError('ARTIFACT_WRONG_ARCHITECTURE', { path: file, actual, expected });
  if (elf.damage) throw new EdgeError('ARTIFACT_DAMAGED', { path: file, reason: elf.damage });
}

async function readInputs(graph: readonly string[], params: readonly string[]): Promise<GraphTensor[]> {
  const [args, names] = await Promise.all([
    readPart(graph[0] ?? '', readGraphArguments),
    readPart(params[0] ?? '', readParamNames),
  ]);
  const parameters = new Set(names);
  return args.filter(({ name }) => !parameters.has(name));
}

async function readPart<T>(file: string, read: (file: string) => Promise<T>): Promise<T> {
  try {
    return await read(file);
  } catch (cause) {
    if ('syscall' in (cause as object))
      throw new EdgeError('ARTIFACT_NOT_FOUND', { path: file, reason: systemReason(cause) }, { cause });
    throw new EdgeError('ARTIFACT_DAMAGED', { path: file, reason: (cause as Error).message }, { cause });
  }
}

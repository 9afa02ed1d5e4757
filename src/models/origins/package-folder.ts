import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ModelSourceConfig } from '../../config/model.js';
import { EdgeError } from '../../errors/index.js';
import type { Logger } from '../../logger.js';
import { sha256Of } from '../digest.js';
import { manifestFile } from '../plan.js';
import { shippedFolder } from '../shipped.js';
import { readStore } from '../store.js';
import type { Located, Origin } from './origin.js';

export type PackageSource = Extract<ModelSourceConfig, { type: 'package' }>;

export interface PackageFolderContext {
  /** Of the model in the configuration. */
  readonly name: string;
  readonly workRoot: string | undefined;
  readonly logger: Logger;
  /** As Node names it. */
  readonly architecture: string;
}

/** A folder on this device: at a path, or where another component says that it is. */
export class PackageFolder implements Origin {
  readonly fixed: boolean;
  readonly #source: PackageSource;
  readonly #context: PackageFolderContext;

  constructor(source: PackageSource, context: PackageFolderContext) {
    this.#source = source;
    this.#context = context;
    this.fixed = source.sha256 !== undefined;
  }

  async locate(): Promise<Located> {
    const { folder, announced } = await this.#find();
    const file = path.join(folder, manifestFile);
    const revision = await readFile(file).then(sha256Of, (cause: unknown) => {
      // A compiled model without a manifest is known by its folder.
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return stampOf(folder);
      throw new EdgeError('MODEL_FILE_MISSING', { path: file }, { cause });
    });
    return {
      origin: { type: 'package', uri: folder, revision },
      fetch: async () => ({ kind: 'folder', folder, inPlace: isInside(shippedFolder, folder), announced }),
    };
  }

  async #find(): Promise<{ folder: string; announced: string | undefined }> {
    const { path: folder, component } = this.#source;
    if (folder !== undefined) return { folder, announced: undefined };
    const { name, workRoot, logger, architecture } = this.#context;
    const models = (workRoot === undefined ? [] : await readStore(workRoot, logger)).filter(
      ({ kind }) => kind === 'model',
    );
    const fitting = models
      .filter((entry) => entry.component === component || entry.name === component)
      .filter((entry) => entry.architecture === architecture || entry.architecture === 'any');
    // A component with several models has one of that name, or we take its only one.
    const entry = fitting.find((one) => one.name === name) ?? fitting[0];
    if (!entry)
      throw new EdgeError('MODEL_NOT_IN_STORE', {
        component: component ?? '',
        known: models.map((one) => one.component),
      });
    return { folder: entry.folder, announced: entry.sha256 };
  }
}

async function stampOf(folder: string): Promise<string> {
  const info = await stat(folder).catch((cause: unknown) => {
    throw new EdgeError('MODEL_NOT_FOUND', { path: folder }, { cause });
  });
  if (!info.isDirectory()) throw new EdgeError('MODEL_NOT_FOUND', { path: folder });
  return `${info.ino}-${info.mtimeMs}`;
}

const isInside = (parent: string, folder: string): boolean => {
  const relative = path.relative(parent, folder);
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
};

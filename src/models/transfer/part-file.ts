import { open, readFile, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';

const stateSchema = z.strictObject({
  version: z.literal(1),
  tag: z.string(),
  total: z.number().int().nonnegative(),
});

/** Of which object the bytes are, and how many it has. */
export type PartState = Omit<z.output<typeof stateSchema>, 'version'>;

/** A download that may be interrupted at any time, kill -9 included: the bytes so far, and beside them whose they are. */
export class PartFile {
  readonly path: string;
  readonly #statePath: string;

  constructor(path: string) {
    this.path = path;
    this.#statePath = `${path}.json`;
  }

  /** @returns undefined where there is nothing to go on from */
  async state(): Promise<(PartState & { readonly size: number }) | undefined> {
    try {
      const { tag, total } = stateSchema.parse(JSON.parse(await readFile(this.#statePath, 'utf8')));
      const { size } = await stat(this.path);
      return size <= total ? { tag, total, size } : undefined;
    } catch (error) {
      // Missing, half-written or of another version: then it begins anew.
      if (
        error instanceof z.ZodError ||
        error instanceof SyntaxError ||
        (error as NodeJS.ErrnoException).code === 'ENOENT'
      )
        return undefined;
      throw error;
    }
  }

  /** Begins anew with another object. */
  async begin({ tag, total }: PartState): Promise<FileHandle> {
    await this.discard();
    const temporary = `${this.#statePath}.tmp`;
    await writeFile(temporary, JSON.stringify({ version: 1, tag, total }), { flush: true });
    await rename(temporary, this.#statePath);
    return open(this.path, 'wx', 0o600);
  }

  /** Goes on behind what is there. */
  append(): Promise<FileHandle> {
    return open(this.path, 'a', 0o600);
  }

  async discard(): Promise<void> {
    await rm(this.#statePath, { force: true });
    await rm(this.path, { force: true });
  }
}

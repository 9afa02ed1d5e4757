import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ActionOf } from '../config/action.js';
import type { Evidence } from '../evidence.js';
import { unlessMissing } from '../missing.js';
import type { Actuator, ActuatorContext, Occasion } from './index.js';

interface PictureWish {
  readonly annotate: boolean;
  readonly quality: number;
  readonly maxWidth?: number | undefined;
}

export type TakeEvidence = (wish: PictureWish, signal: AbortSignal) => Promise<Evidence>;

const dayMs = 86_400_000;
/** Only what we made is ever removed. The last part is the id of the result: the life of the component, and a number that counts up in it. */
const ours = /^\d{4}-\d{2}-\d{2}T[\d-]+Z-[\w.-]+-(?<life>\w+)-(?<number>\d+)\.(jpg|csv)$/;

/** Keeps the picture or the window of a result in a folder, whose oldest files go by number, size and age. */
export class SnapshotActuator implements Actuator {
  readonly summary: string;
  readonly #config: ActionOf<'snapshot'>;
  readonly #context: ActuatorContext;

  constructor(config: ActionOf<'snapshot'>, context: ActuatorContext) {
    this.summary = config.folder;
    this.#config = config;
    this.#context = context;
  }

  async act(occasion: Occasion, signal: AbortSignal): Promise<void> {
    const { folder } = this.#config;
    const taken = await occasion.takeEvidence(this.#config, signal);
    const { body, extension, capturedAt } = taken;
    await mkdir(folder, { recursive: true });
    const time = capturedAt.replaceAll(/[:.]/g, '-');
    const label = occasion.label.replaceAll(/[^\w.-]/g, '_').slice(0, 40);
    const { pipeline } = this.#context.names;
    const file = path.join(folder, `${time}-${pipeline}-${label}-${occasion.id}.${extension}`);
    const temporary = `${file}.tmp`;
    try {
      await writeFile(temporary, body, { mode: 0o640 });
      await rename(temporary, file);
    } finally {
      await rm(temporary, { force: true });
    }
    await this.#clearUp(path.basename(file));
  }

  /** @param made the file that was made just now */
  async #clearUp(made: string): Promise<void> {
    const { folder, maxFiles, maxMegabytes, maxAgeDays } = this.#config;
    const names = newestFirst(await readdir(folder), made);
    const oldest = Date.now() - maxAgeDays * dayMs;
    let bytes = 0;
    for (const [index, name] of names.entries()) {
      const file = path.join(folder, name);
      // Another lane on this folder may have removed it.
      const found = await stat(file).catch(unlessMissing(undefined));
      if (!found) continue;
      const { size, mtimeMs } = found;
      bytes += size;
      // The one that was just made stays, whatever the limits.
      if (index > 0 && (index >= maxFiles || bytes > maxMegabytes * 1_000_000 || mtimeMs < oldest))
        await rm(file, { force: true });
    }
  }
}

/**
 * Files of this life of the component are in the order of their results, and newer than all others: by the clock, which may have been
 * set back, new files would be the first to go. Two pipelines that keep theirs in one folder share the order.
 */
function newestFirst(names: readonly string[], made: string): string[] {
  const life = ours.exec(made)?.groups?.['life'];
  const rank = (name: string): number => {
    const groups = ours.exec(name)?.groups;
    return groups?.['life'] === life ? Number(groups?.['number']) : -1;
  };
  return names.filter((name) => ours.test(name)).sort((a, b) => rank(b) - rank(a) || (a < b ? 1 : -1));
}

/** Hands the picture or the window of a result to the spool, for S3. */
export class UploadActuator implements Actuator {
  readonly summary: string;
  readonly #config: ActionOf<'upload'>;
  readonly #context: ActuatorContext;
  readonly #prefix: string;

  constructor(config: ActionOf<'upload'>, context: ActuatorContext) {
    this.#prefix = context.fillIn(config.prefix);
    this.summary = `s3://${config.bucket}/${this.#prefix}`;
    this.#config = config;
    this.#context = context;
  }

  async act(occasion: Occasion, signal: AbortSignal): Promise<void> {
    const { bucket, region } = this.#config;
    const taken = await occasion.takeEvidence(this.#config, signal);
    const { body, contentType, extension, capturedAt } = taken;
    const key = `${this.#prefix}${capturedAt.slice(0, 10)}/${occasion.id}.${extension}`;
    await this.#context.upload({ bucket, key, contentType, body, ...(region !== undefined && { region }) });
  }
}

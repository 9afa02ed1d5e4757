import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ActionOf } from '../config/action.js';
import type { Actuator, ActuatorContext, Occasion } from './index.js';

interface PictureWish {
  readonly annotate: boolean;
  readonly quality: number;
  readonly maxWidth?: number | undefined;
}

/** Gets the picture of a frame that had a result a moment ago, as JPEG. */
export type TakePicture = (
  occasion: Occasion,
  wish: PictureWish,
  signal: AbortSignal,
) => Promise<{ readonly jpeg: Uint8Array; readonly capturedAt: string }>;

const dayMs = 86_400_000;
/** Only what we made is ever removed. */
const ours = /^\d{4}-\d{2}-\d{2}T[\d-]+Z-[\w.-]+\.jpg$/;

/** Keeps the picture of a result in a folder, whose oldest pictures go by number, size and age. */
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
    const { jpeg, capturedAt } = await this.#context.takePicture(occasion, this.#config, signal);
    await mkdir(folder, { recursive: true });
    const time = capturedAt.replaceAll(/[:.]/g, '-');
    const label = occasion.label.replaceAll(/[^\w.-]/g, '_').slice(0, 40);
    const file = path.join(folder, `${time}-${this.#context.names.pipeline}-${label}-${occasion.id}.jpg`);
    const temporary = `${file}.tmp`;
    try {
      await writeFile(temporary, jpeg, { mode: 0o640 });
      await rename(temporary, file);
    } finally {
      await rm(temporary, { force: true });
    }
    await this.#clearUp();
  }

  async #clearUp(): Promise<void> {
    const { folder, maxFiles, maxMegabytes, maxAgeDays } = this.#config;
    const names = (await readdir(folder))
      .filter((name) => ours.test(name))
      .sort()
      .reverse();
    const oldest = Date.now() - maxAgeDays * dayMs;
    let bytes = 0;
    for (const [index, name] of names.entries()) {
      const file = path.join(folder, name);
      const { size, mtimeMs } = await stat(file);
      bytes += size;
      // The one that was just made stays, whatever the limits.
      if (index > 0 && (index >= maxFiles || bytes > maxMegabytes * 1_000_000 || mtimeMs < oldest))
        await rm(file, { force: true });
    }
  }
}

/** Hands the picture of a result to the spool, for S3. */
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
    const { jpeg, capturedAt } = await this.#context.takePicture(occasion, this.#config, signal);
    const key = `${this.#prefix}${capturedAt.slice(0, 10)}/${occasion.id}.jpg`;
    await this.#context.upload({ bucket, key, body: jpeg, ...(region !== undefined && { region }) });
  }
}

import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pictureReply } from '../pipeline/picture-reply.js';
import { decodePicture } from '../sources/picture-file.js';
import type { Prediction } from '../types.js';

const quality = 92;

/** A folder of pictures with labels or boxes drawn into them, named as the originals. */
export class AnnotatedFolder {
  readonly #folder: string;
  readonly #names = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * @param file the original, in its full size
   * @returns the file that was written
   */
  async add(file: string, predictions: readonly Prediction[]): Promise<string> {
    const bytes = readFileSync(file);
    // Whole, and not in the size that the model wanted.
    const open = async () => (await decodePicture(bytes, Infinity, Infinity)).picture;
    const { jpeg } = await pictureReply(
      { id: 1, capturedAt: new Date(), open, jpeg: undefined },
      { type: 'picture', quality, annotate: predictions },
    );
    await mkdir(this.#folder, { recursive: true });
    const written = path.join(this.#folder, this.#nameFor(path.parse(file).name));
    await writeFile(written, jpeg);
    return written;
  }

  /** Pictures of two folders may have the same name. */
  #nameFor(stem: string): string {
    let name = `${stem}.jpg`;
    for (let count = 2; this.#names.has(name); count++) name = `${stem}-${count}.jpg`;
    this.#names.add(name);
    return name;
  }
}

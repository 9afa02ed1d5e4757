import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A file of an archive: its bytes, or the path that they are read from.
 * @typedef {{ name: string, executable: boolean } & ({ bytes: Buffer } | { path: string })} TreeFile
 */

/** The files of an archive, by name. Nothing is copied: an archive is written straight from where its files are. */
export class FileTree {
  /** @type {Map<string, TreeFile>} */
  #files = new Map();

  /** @param {string} name with slashes @param {string} path */
  addFile(name, path, { executable = false } = {}) {
    this.#put({ name, path, executable });
  }

  /** @param {string} name @param {string | Buffer} content */
  addContent(name, content, { executable = false } = {}) {
    this.#put({ name, bytes: Buffer.from(content), executable });
  }

  /**
   * Adds a folder with all that is in it. Links are not followed and not taken: archives for devices hold plain files.
   * @param {string} name what the folder is called in the archive; empty for its top
   * @param {string} folder
   * @param {(name: string) => boolean} [keep] asked with the name inside the folder
   */
  addFolder(name, folder, keep = () => true) {
    for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const inside = path.slice(folder.length + 1);
      if (keep(inside)) this.addFile(name === '' ? inside : `${name}/${inside}`, path);
    }
  }

  /** @returns {TreeFile[]} in the order of their names' bytes */
  files() {
    return [...this.#files.values()].sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  }

  #put(file) {
    if (this.#files.has(file.name)) throw new Error(`the archive would hold ${file.name} twice`);
    this.#files.set(file.name, file);
  }
}

/** @param {TreeFile} file */
export const bytesOf = (file) => ('bytes' in file ? file.bytes : readFileSync(file.path));

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';

/**
 * Where models are put together before they count: nothing in here is ever taken for one, and what a process that was killed
 * left behind is cleared away by the next.
 */
export class WorkFolder {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** @returns a path that is free and belongs to this process; nothing is made there */
  newPath(): string {
    return path.join(
      this.#root,
      `${process.pid}.${startOf(process.pid) ?? 0}.${randomBytes(6).toString('hex')}`,
    );
  }

  /** Makes the folder, and removes what belongs to processes that are no more. */
  async open(): Promise<void> {
    await mkdir(this.#root, { recursive: true });
    for (const name of await readdir(this.#root)) {
      const [pid, start] = name.split('.').map(Number);
      // A number is used again; together with the time of the start it is not.
      if (pid !== undefined && start !== undefined && startOf(pid) === start) continue;
      await rm(path.join(this.#root, name), { recursive: true, force: true });
    }
  }
}

/** When a process started, in clock ticks since the boot (proc_pid_stat(5), field 22); undefined where there is none. */
function startOf(pid: number): number | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
  // The second field is the command's name in parentheses, and may itself have spaces and parentheses.
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
}

import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

/** Where a manifest goes, and when it is complete. */
export const manifestTargetSchema = z.object({
  pipeline: z.string(),
  bucket: z.string(),
  prefix: z.string(),
  region: z.string().optional(),
  everySeconds: z.number(),
  maxSamples: z.number(),
});

export type ManifestTarget = z.output<typeof manifestTargetSchema>;

/** The first line of the file. */
const headerSchema = z.object({
  version: z.literal(1),
  target: manifestTargetSchema,
  key: z.string(),
  openedAtMs: z.number(),
});

type Header = z.output<typeof headerSchema>;

/** It is read whole to be sent: complete with so much, however few the samples. */
const maxBytes = 8_000_000;

/** Name without colons: they are awkward in shells and consoles. */
const stamp = (time: Date): string => time.toISOString().slice(0, 19).replaceAll(':', '-') + 'Z';

/**
 * A manifest that grows on the disk until it is complete: a header, then a line for each sample. Its key in S3 is settled from the
 * beginning, so that one which is sent twice, after a crash, replaces itself.
 */
export class ManifestFile {
  readonly target: ManifestTarget;
  readonly key: string;
  readonly #path: string;
  /** When it is complete, on the monotonic clock. */
  readonly #dueMs: number;
  #lines: number;
  #bytes: number;
  /** A line was cut off by a disk that is full: the next one must not be swallowed by it. */
  #torn = false;

  private constructor(file: string, { target, key }: Header, dueMs: number, lines = 0, bytes = 0) {
    this.#path = file;
    this.target = target;
    this.key = key;
    this.#dueMs = dueMs;
    this.#lines = lines;
    this.#bytes = bytes;
  }

  static async create(folder: string, target: ManifestTarget): Promise<ManifestFile> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const id = randomUUID();
    const file = path.join(folder, `${id}.jsonl`);
    const now = new Date();
    const key = `${target.prefix}manifests/${target.pipeline}-${stamp(now)}-${id.slice(0, 8)}.manifest`;
    const header: Header = { version: 1, target, key, openedAtMs: now.getTime() };
    await appendFile(file, `${JSON.stringify(header)}\n`, { mode: 0o600, flush: true });
    return new ManifestFile(file, header, performance.now() + target.everySeconds * 1000);
  }

  /** One of an earlier life. @returns undefined where it is none of ours, or of another version */
  static async open(file: string): Promise<ManifestFile | undefined> {
    const text = await readFile(file, 'utf8');
    const [first = '', ...lines] = text.split('\n');
    const header = headerSchema.safeParse(parsed(first));
    if (!header.success) return undefined;
    const { target, openedAtMs } = header.data;
    // What a crash cut off must not swallow the line after it.
    if (!text.endsWith('\n')) await appendFile(file, '\n');
    // A clock that was set meanwhile must neither keep it open for ever nor matter in any other way.
    const limitMs = target.everySeconds * 1000;
    const leftMs = Math.min(limitMs, Math.max(0, limitMs - (Date.now() - openedAtMs)));
    const dueMs = performance.now() + leftMs;
    return new ManifestFile(file, header.data, dueMs, lines.filter(Boolean).length, Buffer.byteLength(text));
  }

  get isDue(): boolean {
    const isFull = this.#lines >= this.target.maxSamples || this.#bytes >= maxBytes;
    return isFull || performance.now() >= this.#dueMs;
  }

  /** Safe from a power cut when it settles. */
  async add(line: string): Promise<void> {
    const before = this.#torn ? '\n' : '';
    this.#torn = true;
    this.#bytes += Buffer.byteLength(line) + 1;
    await appendFile(this.#path, `${before}${line}\n`, { flush: true });
    this.#torn = false;
    this.#lines++;
  }

  /** Each sample once; a line that a crash cut off is left out, its sample is told of again. */
  async read(): Promise<string> {
    const [, ...lines] = (await readFile(this.#path, 'utf8')).split('\n');
    const bySource = new Map<unknown, string>();
    for (const line of lines) {
      const entry = parsed(line) as Record<string, unknown> | undefined;
      if (entry) bySource.set(entry['source-ref'], line);
    }
    return [...bySource.values()].map((line) => `${line}\n`).join('');
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

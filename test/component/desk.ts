import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createLogger } from '../../src/logger.js';
import { DevelopmentNucleus, type NucleusKind } from '../../src/nucleus/index.js';
import type { NativeResult } from '../../src/publish/index.js';
import { jpeg } from '../sources/pictures.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A message that the nucleus saw, with the time it came. */
export interface Seen {
  readonly topic: string;
  readonly message: unknown;
  readonly atMs: number;
}

/** A desk: the development nucleus, a folder of pictures, and the component as its own process, as a nucleus would start it. */
export class Desk {
  readonly nucleus: DevelopmentNucleus;
  readonly local: Seen[] = [];
  readonly cloud: Seen[] = [];
  readonly pictures: string;
  log = '';
  #component: ChildProcess | undefined;

  private constructor(nucleus: DevelopmentNucleus, pictures: string) {
    this.nucleus = nucleus;
    this.pictures = pictures;
  }

  static async open(kind: NucleusKind = 'classic'): Promise<Desk> {
    const nucleus = new DevelopmentNucleus({
      logger: createLogger({ name: 'nucleus', level: 'silent' }),
      kind,
      thingName: 'desk',
    });
    await nucleus.start();
    const pictures = await mkdtemp(path.join(tmpdir(), 'mli-desk-'));
    await writeFile(path.join(pictures, 'a.jpg'), jpeg(320, 240, [200, 180, 160]));
    await writeFile(path.join(pictures, 'b.jpg'), jpeg(320, 240, [40, 160, 60]));
    const desk = new Desk(nucleus, pictures);
    const at = () => ({ atMs: performance.now() });
    nucleus.pubsub.subscribe({
      filter: '#',
      component: undefined,
      receivesOwn: true,
      receive: ({ topic, content }) => {
        if ('binary' in content && !/^mli\/(heartbeat|inference)\//.test(topic)) {
          desk.local.push({ topic, message: JSON.parse(content.binary.toString('utf8')), ...at() });
        }
      },
    });
    nucleus.iotCore.subscribe({
      filter: '#',
      receive: ({ topic, payload }) =>
        void desk.cloud.push({ topic, message: JSON.parse(payload.toString('utf8')), ...at() }),
    });
    return desk;
  }

  /** A configuration with pipelines of the shipped classifier, five pictures a second. */
  configuration(pipelines: Record<string, object> = { 'belt-1': {} }): Record<string, never> {
    const source = { type: 'images', path: this.pictures, intervalSeconds: 0.2 };
    return {
      // One target, so that none has to be measured first: test/selection does that.
      models: {
        sorter: {
          source: { type: 'package', path: path.join(root, 'models/waste-sorter') },
          target: 'dlr-x64-avx2',
        },
      },
      pipelines: Object.fromEntries(
        Object.entries(pipelines).map(([name, more]) => [name, { source, model: 'sorter', ...more }]),
      ),
    } as never;
  }

  /** Makes the component known to the nucleus and starts it. */
  async run(
    configuration: Record<string, never> = this.configuration(),
    args: string[] = [],
  ): Promise<ChildProcess> {
    const { environment } = await this.nucleus.addComponent({
      recipe: path.join(root, 'recipes/mli.Inference.yaml'),
      configuration,
    });
    return this.spawn(args, environment);
  }

  spawn(args: string[], environment: Readonly<Record<string, string>>): ChildProcess {
    const child = spawn(process.execPath, [path.join(root, 'dist/main.js'), 'run', ...args], {
      env: { ...process.env, MLI_WORK: path.join(this.pictures, 'work'), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const append = (text: Buffer) => void (this.log += text.toString());
    child.stdout.on('data', append);
    child.stderr.on('data', append);
    this.#component = child;
    return child;
  }

  /** The processes of the pipelines: children of the component. */
  pipelinePids(): number[] {
    const pid = this.#component?.pid;
    if (pid === undefined) return [];
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number);
  }

  results(pipeline?: string): NativeResult[] {
    return this.local
      .filter(({ topic }) => topic === 'mli/predictions/desk')
      .map(({ message }) => message as NativeResult)
      .filter((result) => pipeline === undefined || result.pipeline === pipeline);
  }

  /** Waits until the condition holds; says what it waited for where it does not. */
  async until(what: string, condition: () => boolean, limitMs = 30_000): Promise<void> {
    const end = performance.now() + limitMs;
    while (!condition()) {
      if (performance.now() > end)
        throw new Error(`Waited ${limitMs} ms for ${what}. The component's log:\n${this.log}`);
      await sleep(20);
    }
  }

  /** Waits for so many results more. @returns how long the first one took, in ms */
  async moreResults(count: number, pipeline?: string): Promise<number> {
    const started = performance.now();
    const before = this.results(pipeline).length;
    await this.until(
      `a result of ${pipeline ?? 'any pipeline'}`,
      () => this.results(pipeline).length > before,
    );
    const first = performance.now() - started;
    await this.until(`${count} results`, () => this.results(pipeline).length >= before + count);
    return first;
  }

  /** SIGTERM. @returns the exit code */
  async stopComponent(): Promise<number | null> {
    const child = this.#component;
    this.#component = undefined;
    if (!child) return null;
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    return child.exitCode;
  }

  async close(): Promise<void> {
    await this.stopComponent();
    await this.nucleus.stop();
    await rm(this.pictures, { recursive: true });
  }
}

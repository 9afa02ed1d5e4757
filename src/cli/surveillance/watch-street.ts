import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Component } from '../../component.js';
import { describeError } from '../../errors/index.js';
import type { PictureRequest } from '../../pipeline/requests.js';
import type { NativeResult, Transport } from '../../publish/index.js';
import type { Prediction } from '../../types.js';

/** Somebody who was seen for longer than this stays. */
const staysSeconds = 3;

/** Takes what the component publishes: keeps count of results and persons, and has an annotated picture made at each alarm. */
export class StreetWatch implements Transport {
  readonly snapshots: string[] = [];
  readonly #folder: string;
  readonly #say: (line: string) => void;
  readonly #seen = new Map<string, { first: number; last: number }>();
  #results = 0;
  #last: NativeResult | undefined;
  #onFirst: (() => void) | undefined;
  #component: Component | undefined;
  readonly #writing: Promise<void>[] = [];

  constructor(folder: string, say: (line: string) => void) {
    this.#folder = folder;
    this.#say = say;
  }

  get results(): number {
    return this.#results;
  }

  /** The component whose pictures are asked for. */
  attach(component: Component): Promise<void> {
    this.#component = component;
    return new Promise((resolve) => (this.#onFirst = resolve));
  }

  async publish(topic: string, payload: string): Promise<void> {
    if (topic.startsWith('mli/predictions/')) this.#take(JSON.parse(payload) as NativeResult);
    else if (topic === 'site/alarm') this.#writing.push(this.#snapshot());
  }

  async publishToIotCore(): Promise<void> {
    throw new Error('The demo has no cloud');
  }

  /** Waits for the pictures under way. */
  async summary(): Promise<string> {
    await Promise.all(this.#writing);
    const stays = [...this.#seen.values()].filter(({ first, last }) => last - first >= staysSeconds * 1000);
    return [
      '',
      `${this.#results} results, ${this.#seen.size} persons numbered, ${stays.length} of them seen for ${staysSeconds} s or longer`,
      `${this.snapshots.length} pictures in ${this.#folder}`,
    ].join('\n');
  }

  #take(result: NativeResult): void {
    this.#results++;
    this.#last = result;
    this.#onFirst?.();
    const now = performance.now();
    for (const { track } of result.predictions) {
      if (track === undefined) continue;
      const key = String(track);
      this.#seen.set(key, { first: this.#seen.get(key)?.first ?? now, last: now });
    }
  }

  async #snapshot(): Promise<void> {
    const result = this.#last;
    if (!result || !this.#component) return;
    try {
      const request: PictureRequest = {
        type: 'picture',
        quality: 90,
        annotate: result.predictions as Prediction[],
        frame: result.frame.id,
      };
      const limit = AbortSignal.timeout(10_000);
      const { jpeg } = await this.#component.ask('street', request, limit);
      const file = path.join(
        this.#folder,
        `${String(this.snapshots.length + 1).padStart(3, '0')}-person.jpg`,
      );
      this.snapshots.push(file);
      await writeFile(file, jpeg);
      const persons = result.predictions.filter(({ label }) => label === 'person').length;
      this.#say(`alarm: a person stays (${persons} in the picture): ${file}`);
    } catch (error) {
      this.#say(`no picture of an alarm: ${describeError(error)}`);
    }
  }
}

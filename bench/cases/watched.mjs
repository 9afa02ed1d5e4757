import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../dist/cli/free-port.js';
import { BenchNucleus } from '../bench-nucleus.mjs';
import { ComponentProcess } from '../component-process.mjs';
import { rowOf } from '../row.mjs';

const intervalSeconds = 0.2;
const rounds = 6;
const framesARound = 40;

/** Time of a frame in the pipeline while nobody looks at the live page, and while somebody does: in turns, in one component. */
export async function run({ progress }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'mli-bench-watched-'));
  const nucleus = await BenchNucleus.start({ intervalSeconds });
  const port = await freePort('127.0.0.1', 0);
  await nucleus.deploy({ dashboard: { enabled: true, port } });
  const component = new ComponentProcess(nucleus, path.join(folder, 'state'));
  const times = { alone: [], watched: [] };
  try {
    await nucleus.result(component);
    for (let round = 1; round <= rounds; round++) {
      progress(`round ${round} of ${rounds}, ${2 * framesARound} frames`);
      times.alone.push(...(await frames(nucleus, component)));
      const watcher = new Watcher(`http://127.0.0.1:${port}`, 'bench');
      times.watched.push(...(await frames(nucleus, component)));
      await watcher.stop();
    }
  } finally {
    await component.stop();
    await nucleus.stop();
    rmSync(folder, { recursive: true });
  }
  const names = { case: 'watched', subject: 'a frame, with a watcher', peer: 'with none', unit: 'ms' };
  return [rowOf(names, times.watched, times.alone)];
}

/** Of each frame, what the pipeline took for it. */
async function frames(nucleus, component) {
  const seen = [];
  await nucleus.result(component, ({ timingsMs: { capture, preprocess, infer, decode } }) => {
    seen.push(capture + preprocess + infer + decode);
    return seen.length >= framesARound;
  });
  return seen;
}

/** What a browser with the page open asks for: the events, and a picture as soon as it had the one before, at most every 400 ms. */
class Watcher {
  #ending = new AbortController();
  #done;

  constructor(url, pipeline) {
    this.#done = this.#watch(url, pipeline).catch((error) => {
      if (!this.#ending.signal.aborted) throw error;
    });
  }

  async stop() {
    this.#ending.abort();
    await this.#done;
  }

  async #watch(url, pipeline) {
    const { signal } = this.#ending;
    const events = await fetch(`${url}/events`, { signal });
    let askedAt = 0;
    for await (const text of events.body.pipeThrough(new TextDecoderStream())) {
      const frame = /^event: result\ndata: .*?"frame":(\d+)/m.exec(text)?.[1];
      if (frame === undefined || performance.now() - askedAt < 400) continue;
      askedAt = performance.now();
      const picture = await fetch(`${url}/pictures/${pipeline}?frame=${frame}&width=640`, { signal });
      await picture.arrayBuffer();
    }
  }
}

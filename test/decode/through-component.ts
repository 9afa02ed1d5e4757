import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Prediction } from '../../src/types.js';

/** The command `mli`, as it was built. */
export const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface DetectionRun {
  /** Folder of the model package. */
  readonly model: string;
  readonly source: Readonly<Record<string, unknown>>;
  readonly detect?: Readonly<Record<string, unknown>>;
  /** Frames from the first. */
  readonly count: number;
  /** Folder for the configuration and the state. */
  readonly folder: string;
}

/** The predictions of the first frames of a source, as `mli run` publishes them. */
export async function throughComponent(run: DetectionRun): Promise<Prediction[][]> {
  const { model, source, detect = {}, count, folder } = run;
  const configuration = {
    models: { detector: { source: { type: 'package', path: model }, allowUnpinned: true } },
    pipelines: {
      street: { source, model: 'detector', detect, publish: { local: { topic: 'street' }, cloud: null } },
    },
  };
  const file = path.join(folder, 'street.json');
  await writeFile(file, JSON.stringify(configuration));
  const component = spawn(process.execPath, [main, 'run', '--no-nucleus', '--config', file], {
    env: { ...process.env, MLI_STATE_DIR: path.join(folder, 'state'), MLI_WORK: path.join(folder, 'work') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const found: Prediction[][] = [];
  try {
    for await (const line of createInterface(component.stdout)) {
      const { topic, message } = JSON.parse(line) as { topic: string; message: unknown };
      if (topic !== 'street') continue;
      const result = message as { frame: { id: number }; predictions: Prediction[] };
      found[result.frame.id - 1] = result.predictions;
      if (result.frame.id >= count) break;
    }
  } finally {
    component.kill();
  }
  return found;
}

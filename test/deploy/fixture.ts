import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { Cloud } from './cloud.js';

/** An account with three versions of mli.Inference, and a configuration file. Made anew for each test. */
export interface Fixture {
  cloud: Cloud;
  /** A file with one pipeline. */
  config: string;
}

/** What other people deployed, in their own spelling. */
export const others = {
  'com.example.Gateway': {
    componentVersion: '2.1.0',
    configurationUpdate: { merge: '{ "port" : 1883,  "password":"hunter2" }', reset: ['/old'] },
    runWith: { posixUser: 'gateway:gateway' },
  },
};

export function useFixture(): Fixture {
  const fixture = {} as Fixture;
  let folder: string;
  beforeEach(async () => {
    fixture.cloud = await new Cloud().start();
    folder = await mkdtemp(path.join(tmpdir(), 'mli-deploy-'));
    fixture.config = path.join(folder, 'line.yaml');
    await writeFile(
      fixture.config,
      `models: { sorter: { source: { type: package, path: ./models/sorter } } }
pipelines:
  belt-1: { source: { type: images, path: /srv/frames }, model: sorter }
`,
    );
    for (const version of ['1.0.0', '1.0.10', '1.0.9'])
      fixture.cloud.components.add('mli.Inference', version);
    fixture.cloud.components.add('com.example.Gateway', '2.1.0');
  });
  afterEach(async () => {
    expect(fixture.cloud.server.faults).toEqual([]);
    await fixture.cloud.stop();
    await rm(folder, { recursive: true });
  });
  return fixture;
}

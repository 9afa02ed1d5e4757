import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  applyOverrides,
  parseConfiguration,
  readConfigurationFile,
  resolvePaths,
} from '../../src/config/index.js';
import { EdgeError } from '../../src/errors/index.js';

const minimal = () => ({
  models: { sorter: { source: { type: 'package', path: './models/sorter' } } },
  pipelines: { 'belt-1': { source: { type: 'images', path: './belt' }, model: 'sorter' } },
});

function problemsOf(document: unknown): string[] {
  try {
    parseConfiguration(document, 'test');
  } catch (error) {
    if (error instanceof EdgeError && error.code === 'CONFIG_INVALID') {
      return (error as EdgeError<'CONFIG_INVALID'>).details.problems.map(
        ({ path, message }) => `${path}: ${message}`,
      );
    }
    throw error;
  }
  return [];
}

describe('parseConfiguration', () => {
  it('fills in the defaults', () => {
    const { pipelines, supervision } = parseConfiguration(minimal(), 'test');
    expect(pipelines['belt-1']).toMatchObject({
      source: { intervalSeconds: 1, loop: true },
      rules: [],
      publish: {
        local: { topic: 'mli/predictions/{thingName}' },
        cloud: { mode: 'onChange', heartbeatSeconds: 300, qos: 1 },
      },
    });
    expect(supervision.heartbeatTimeoutSeconds).toBe(2.5);
  });

  it('accepts an empty document and none at all: a component without pipelines', () => {
    expect(parseConfiguration({}, 'test').pipelines).toEqual({});
    expect(parseConfiguration(undefined, 'test').pipelines).toEqual({});
  });

  it('takes scalars that Greengrass hands over as strings', () => {
    const document = minimal();
    Object.assign(document.pipelines['belt-1'].source, { intervalSeconds: '0.5', loop: 'false' });
    expect(parseConfiguration(document, 'test').pipelines['belt-1']?.source).toMatchObject({
      intervalSeconds: 0.5,
      loop: false,
    });
  });

  it('keeps null for a topic that is switched off', () => {
    const document = { ...minimal() };
    Object.assign(document.pipelines['belt-1'], { publish: { cloud: null } });
    expect(parseConfiguration(document, 'test').pipelines['belt-1']?.publish.cloud).toBeNull();
  });

  it('refuses what is for pictures where the source is a sensor, and originals where there are no files', () => {
    const feedback = { bucket: 'samples', hide: { regions: [[0, 0, 1, 1]] } };
    const snapshot = { type: 'snapshot', folder: '/tmp/x', annotate: true };
    const rules = [{ when: { label: 'anomaly' }, do: [snapshot] }];
    const pump = { source: { type: 'topic', topic: 'pump' }, model: 'sorter', feedback, rules };
    const camera = {
      source: { type: 'camera', device: '/dev/video0' },
      model: 'sorter',
      feedback: { bucket: 'samples', image: 'original' },
    };
    const problems = problemsOf({ ...minimal(), pipelines: { pump, camera } });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'pipelines.pump.feedback.hide',
      'pipelines.pump.rules[0].do[0].annotate',
      'pipelines.camera.feedback.image',
    ]);
  });

  it('names every problem at once, each with its path', () => {
    const problems = problemsOf({
      models: { sorter: { source: { type: 'package', path: 7 }, runtime: 'tensorflow' } },
      pipelines: {
        'belt 1': { source: { type: 'images', path: './belt' }, model: 'sorter' },
        'belt-2': {
          source: { type: 'images', path: './belt', intervalSeconds: -1, intervalSecond: 2 },
          model: 'sorter',
          rules: [{ when: { label: 'glass', minConfidence: 1.5, frames: { count: 3, within: 2 } }, do: [] }],
          publish: { local: { topic: 'mli/+/x' } },
        },
        'belt-3': { source: { type: 'webcam' }, model: 'sorter' },
      },
      colour: 'blue',
    });
    const at = (path: string) => problems.filter((problem) => problem.startsWith(`${path}:`));
    for (const path of [
      'models.sorter.source.path',
      'models.sorter.runtime',
      'pipelines.belt 1',
      'pipelines.belt-2.source.intervalSeconds',
      'pipelines.belt-2.source.intervalSecond',
      'pipelines.belt-2.rules[0].when.minConfidence',
      'pipelines.belt-2.rules[0].when.frames',
      'pipelines.belt-2.rules[0].do',
      'pipelines.belt-2.publish.local.topic',
      'pipelines.belt-3.source.type',
      'colour',
    ]) {
      expect(at(path), `${path} in\n${problems.join('\n')}`).toHaveLength(1);
    }
  });

  it.each([
    ['a number that is no number', { intervalSeconds: 'soon' }, 'intervalSeconds'],
    ['an interval above a day', { intervalSeconds: 86_401 }, 'intervalSeconds'],
    ['a boolean that is none', { loop: 'sometimes' }, 'loop'],
    ['null for a number', { intervalSeconds: null }, 'intervalSeconds'],
  ])('refuses %s', (_title, change, key) => {
    const document = minimal();
    Object.assign(document.pipelines['belt-1'].source, change);
    expect(problemsOf(document)).toEqual([expect.stringContaining(`pipelines.belt-1.source.${key}: `)]);
  });

  it('refuses a pipeline whose model is not there, and says which are', () => {
    const document = minimal();
    document.pipelines['belt-1'].model = 'sorted';
    expect(problemsOf(document)).toEqual([
      'pipelines.belt-1.model: names the model "sorted", which is not in models (there: sorter)',
    ]);
  });
});

describe('applyOverrides', () => {
  it('sets values by path, reading them as YAML, and leaves the document alone', () => {
    const document = {
      pipelines: { 'belt-1': { source: { intervalSeconds: 1 }, rules: [{ cooldownSeconds: 1 }] } },
    };
    const changed = applyOverrides(document, [
      'pipelines.belt-1.source.intervalSeconds=0.5',
      'pipelines.belt-1.rules.0.cooldownSeconds=5',
      'pipelines.belt-1.publish.cloud=null',
      'models[a.b].runtime=dlr',
    ]);
    expect(changed).toEqual({
      pipelines: {
        'belt-1': {
          source: { intervalSeconds: 0.5 },
          rules: [{ cooldownSeconds: 5 }],
          publish: { cloud: null },
        },
      },
      models: { 'a.b': { runtime: 'dlr' } },
    });
    expect(document.pipelines['belt-1'].source.intervalSeconds).toBe(1);
  });

  it.each(['', 'pipelines', '=1', 'a.b.c=[', 'scalar.below=1', 'list.first=1', '__proto__.polluted=1'])(
    'refuses %j',
    (override) => {
      expect(() => applyOverrides({ scalar: 1, list: [] }, [override])).toThrow(
        expect.objectContaining({ code: 'OVERRIDE_INVALID' }),
      );
    },
  );
});

describe('readConfigurationFile', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'mli-config-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('reads YAML and JSON alike', async () => {
    await writeFile(path.join(folder, 'a.yaml'), 'models: {}\npipelines: {}\n');
    await writeFile(path.join(folder, 'a.json'), '{"models": {}, "pipelines": {}}');
    expect(await readConfigurationFile(path.join(folder, 'a.yaml'))).toEqual({ models: {}, pipelines: {} });
    expect(await readConfigurationFile(path.join(folder, 'a.json'))).toEqual({ models: {}, pipelines: {} });
  });

  it('names the file that is missing or no YAML', async () => {
    await writeFile(path.join(folder, 'bad.yaml'), 'models: [');
    for (const name of ['missing.yaml', 'bad.yaml']) {
      const file = path.join(folder, name);
      await expect(readConfigurationFile(file)).rejects.toMatchObject({
        code: 'CONFIG_UNREADABLE',
        details: { path: file },
      });
    }
  });
});

it('resolvePaths makes relative paths absolute, from the folder of the file', () => {
  const resolved = resolvePaths(parseConfiguration(minimal(), 'test'), '/etc/mli');
  expect(resolved.models['sorter']?.source).toMatchObject({ path: '/etc/mli/models/sorter' });
  expect(resolved.pipelines['belt-1']?.source).toMatchObject({ path: '/etc/mli/belt' });
});

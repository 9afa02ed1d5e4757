import { cp, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspectArtifact } from '../../../src/engines/dlr/artifact.js';
import { fixturePath } from '../../native/fixtures.js';

describe('inspectArtifact', () => {
  let folder: string;
  const file = (name: string) => path.join(folder, name);
  const inspect = (architecture = 'x64') => inspectArtifact(folder, architecture);

  beforeEach(async () => {
    const parent = await mkdtemp(path.join(tmpdir(), 'mli-artifact-'));
    folder = path.join(parent, 'model');
    await cp(fixturePath('two_inputs'), folder, { recursive: true });
  });
  afterEach(() => rm(path.dirname(folder), { recursive: true }));

  it('finds the files of a TVM model and the inputs of its graph, without the weights', async () => {
    expect(await inspect()).toEqual({
      folder,
      backend: 'tvm',
      files: ['compiled.so', 'compiled_model.json', 'compiled.params'].map(file),
      ambiguous: false,
      inputs: [
        { name: 'features', dtype: 'float32', shape: [4, 6] },
        { name: 'rows', dtype: 'int64', shape: [3] },
      ],
    });
  });

  it('finds the library of a tree model', async () => {
    const trees = fixturePath('trees');
    expect(await inspectArtifact(trees, 'x64')).toEqual({
      folder: trees,
      backend: 'treelite',
      files: [path.join(trees, 'model.so')],
      ambiguous: false,
      inputs: undefined,
    });
  });

  it('finds the files of a relay VM model', async () => {
    await Promise.all(['compiled.params', 'compiled_model.json'].map((name) => rm(file(name))));
    await writeFile(file('code.ro'), '');
    await expect(inspect()).rejects.toMatchObject({
      code: 'ARTIFACT_INCOMPLETE',
      details: { extension: '.meta' },
    });
    await writeFile(file('compiled.meta'), '{}');
    expect(await inspect()).toMatchObject({
      backend: 'relayvm',
      files: ['code.ro', 'compiled.so', 'compiled.meta'].map(file),
    });
  });

  it("passes over Neo's other files, a libdlr.so, folders and links to nothing", async () => {
    await Promise.all(
      ['version.json', 'manifest.json', 'model-shapes.json', 'hyperparams.json'].map((name) =>
        writeFile(file(name), '{}'),
      ),
    );
    await writeFile(file('libdlr.so'), '');
    await mkdir(file('labels.json'));
    await symlink('nowhere', file('lost.so'));
    await writeFile(file('compiled.meta'), '{}');
    expect(await inspect()).toMatchObject({
      files: ['compiled.so', 'compiled_model.json', 'compiled.params', 'compiled.meta'].map(file),
      ambiguous: true,
    });
  });

  it.each([
    ['.json', 'labels.json', ['compiled_model.json', 'labels.json']],
    ['.so', 'other.so', ['compiled.so', 'other.so']],
    ['.params', 'other.params', ['compiled.params', 'other.params']],
  ])('refuses two %s files and names them', async (extension, name, files) => {
    await writeFile(file(name), '');
    await expect(inspect()).rejects.toMatchObject({
      code: 'ARTIFACT_AMBIGUOUS',
      details: { path: folder, extension, files },
    });
  });

  it.each([
    ['compiled.so', '.so'],
    ['compiled_model.json', '.json'],
    ['compiled.params', '.params'],
  ])('names the %s that is missing', async (name, extension) => {
    await rm(file(name));
    await expect(inspect()).rejects.toMatchObject({
      code: 'ARTIFACT_INCOMPLETE',
      details: { backend: 'tvm', extension },
    });
  });

  it('says that there is nothing, or a file, where a folder should be', async () => {
    await expect(inspectArtifact(file('none'))).rejects.toMatchObject({
      code: 'ARTIFACT_NOT_FOUND',
      details: { reason: 'there is nothing at this path' },
    });
    await expect(inspectArtifact(file('compiled.so'))).rejects.toMatchObject({
      code: 'ARTIFACT_NOT_FOUND',
      details: { reason: 'it is a file, not a folder' },
    });
  });

  it('refuses a path with a colon, which DLR would take for two', async () => {
    await expect(inspectArtifact(`${folder}:1`)).rejects.toMatchObject({
      code: 'ARTIFACT_NOT_FOUND',
      message: expect.stringContaining('separator') as string,
    });
  });

  it('refuses a library for another machine', async () => {
    await expect(inspect('arm64')).rejects.toMatchObject({
      code: 'ARTIFACT_WRONG_ARCHITECTURE',
      details: { path: file('compiled.so'), actual: 'x64', expected: 'arm64' },
    });
  });

  it('refuses a library that is cut off anywhere, or none', async () => {
    const whole = await readFile(file('compiled.so'));
    for (const length of [0, 3, 19, 63, 64, 1000, whole.length >> 1, whole.length - 1]) {
      await writeFile(file('compiled.so'), whole.subarray(0, length));
      await expect(inspect(), `at ${length} of ${whole.length}`).rejects.toMatchObject({
        code: 'ARTIFACT_DAMAGED',
      });
    }
    await writeFile(file('compiled.so'), '#!/bin/sh\nexit 0\n'.padEnd(100));
    await expect(inspect()).rejects.toMatchObject({ details: { reason: 'it is no ELF library' } });
  });

  it('refuses parameters that are cut off anywhere, and says where', async () => {
    const whole = await readFile(file('compiled.params'));
    for (let length = whole.length - 1; length >= 0; length -= 5) {
      await truncate(file('compiled.params'), length);
      await expect(inspect(), `at ${length} of ${whole.length}`).rejects.toMatchObject({
        code: 'ARTIFACT_DAMAGED',
        details: {
          path: file('compiled.params'),
          reason: expect.stringContaining(`cut off at byte ${length}`) as string,
        },
      });
    }
  });

  it.each<[string, (params: Buffer) => Buffer, string]>([
    ['that begin otherwise', (params) => params.fill(0, 0, 1), 'it does not begin as a list of parameters'],
    ['with something behind them', (params) => Buffer.concat([params, Buffer.alloc(4)]), 'its contents at'],
    ['with more names than arrays', (params) => params.fill(9, 16, 17), 'cut off'],
    [
      'whose shape needs other data',
      (params) => {
        const at = params.indexOf(Buffer.from('3fa1b496f0405edd', 'hex'));
        params.writeBigInt64LE(1000n, at + 40);
        return params;
      },
      'bytes of data, its shape needs',
    ],
  ])('refuses parameters %s', async (_, spoil, reason) => {
    await writeFile(file('compiled.params'), spoil(await readFile(file('compiled.params'))));
    await expect(inspect()).rejects.toMatchObject({
      code: 'ARTIFACT_DAMAGED',
      details: { reason: expect.stringContaining(reason) as string },
    });
  });

  type Graph = Record<'nodes' | 'arg_nodes' | 'node_row_ptr' | 'heads', unknown[]> & {
    attrs: Record<string, [string, unknown[]]>;
  };
  it.each<[string, (graph: Graph) => unknown, string]>([
    ['that is no graph', () => ({}), 'it is no graph of TVM'],
    ['that is null', () => null, 'it is no graph of TVM'],
    [
      'without storage',
      (graph) => ({ ...graph, attrs: { ...graph.attrs, storage_id: undefined } }),
      'it is no graph of TVM',
    ],
    [
      'with an entry too few',
      (graph) => ({ ...graph, node_row_ptr: graph.node_row_ptr.slice(1) }),
      'its node_row_ptr does not fit',
    ],
    [
      'with entries out of order',
      (graph) => ({ ...graph, node_row_ptr: [...graph.node_row_ptr].reverse() }),
      'node_row_ptr',
    ],
    ['with a shape too few', (graph) => (graph.attrs['shape']?.[1].pop(), graph), 'its shape has'],
    ['with an argument that is no node', (graph) => ({ ...graph, arg_nodes: [0, 99] }), 'it has no node 99'],
    [
      'with an output of no node',
      (graph) => ({ ...graph, heads: [[99, 0, 0]] }),
      'it refers to the output 0 of node 99',
    ],
    [
      'with an output that a node does not have',
      (graph) => ({ ...graph, heads: [[0, 7, 0]] }),
      'the output 7 of node 0',
    ],
  ])('refuses a graph %s', async (_, spoil, reason) => {
    const graph = JSON.parse(await readFile(file('compiled_model.json'), 'utf8')) as Graph;
    await writeFile(file('compiled_model.json'), JSON.stringify(spoil(graph)));
    await expect(inspect()).rejects.toMatchObject({
      code: 'ARTIFACT_DAMAGED',
      details: { path: file('compiled_model.json'), reason: expect.stringContaining(reason) as string },
    });
  });

  it('refuses a graph that is cut off', async () => {
    await truncate(file('compiled_model.json'), 100);
    await expect(inspect()).rejects.toMatchObject({
      code: 'ARTIFACT_DAMAGED',
      message: expect.stringContaining('it is no JSON') as string,
    });
  });
});

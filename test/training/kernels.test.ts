import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../src/models/index.js';
import { pythonWith } from '../python-environment.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const training = path.join(root, 'training');
const shipped = path.join(root, 'models/waste-sorter');
const features = new Set(/^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.split(' '));
const avx2 = features.has('avx2') && features.has('fma');
/**
 * Without AVX-512 the compiler makes two halves of a vector: the logic of that width is the same. Unrolled, that would take
 * it a minute.
 */
const wide = features.has('avx512vl') ? '-mavx512f -mavx512bw -mavx512dq -mavx512vl' : '-DUNROLL=';

let python: string | undefined;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mli-kernels-'));
  python = await pythonWith({
    name: 'onnx',
    requirement: 'onnx==1.19.1',
    probe: ['-c', 'import onnx; print(onnx.__version__)'],
  });
}, 300_000);
afterAll(() => rm(folder, { recursive: true }));

/** What a Python program in training/ prints; its last line of error where it fails. */
async function inTraining(arguments_: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run(python ?? '', [...arguments_], { cwd: training });
    return stdout;
  } catch (error) {
    return (error as { stderr: string }).stderr.trim();
  }
}

describe.skipIf(!avx2)('the kernels of compiled models [need AVX2 and FMA]', () => {
  it.for([
    { vector: 8, options: '-mavx2 -mfma -fsanitize=address' },
    { vector: 16, options: `-mavx2 -mfma -fsanitize=address ${wide}` },
  ])(
    'agree with the reference evaluator of ONNX on awkward shapes, vectors of $vector: $options',
    { timeout: 300_000 },
    async ({ vector, options }, context) => {
      if (python === undefined) return context.skip();
      const arguments_ = ['--vector', String(vector), '--compiler', `g++ ${options}`];
      const printed = await inTraining(['-m', 'kernels.check', ...arguments_]);
      const lines = printed.trim().split('\n');
      expect(lines).toHaveLength(18);
      expect(
        lines.filter((line) => !line.endsWith(', right')),
        printed,
      ).toEqual([]);
    },
  );

  it('refuse by name what they do not know', async (context) => {
    if (python === undefined) return context.skip();
    const model = path.join(folder, 'foreign.onnx');
    const make = `
from onnx import TensorProto, helper, save
value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
nodes = [helper.make_node("HardSwish", ["picture"], ["y"], "swish7")]
graph = helper.make_graph(nodes, "foreign", [value("picture", [1, 3, 8, 8])], [value("y", [1, 3, 8, 8])])
save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)]), ${JSON.stringify(model)})`;
    await run(python, ['-c', make]);
    const out = path.join(folder, 'foreign');
    const said = await inTraining(['compile.py', model, '--target', 'x64-avx2', '--out', out]);
    expect(said).toBe('HardSwish swish7: the kernels do not know this operator; TVM may: --with tvm');
  });

  it('make the shipped target again, byte for byte, with the compiler that made it', async (context) => {
    const manifest = JSON.parse(await readFile(path.join(shipped, 'model.json'), 'utf8')) as Manifest;
    const made = (manifest.provenance['targets'] as Record<string, { compiler: string }>)['dlr-x64-avx2'];
    const { stdout } = await run('g++', ['--version']);
    if (python === undefined || stdout.split('\n')[0] !== made?.compiler) {
      console.log(`Skipped: needs ${made?.compiler ?? 'a record of the compiler'}`);
      return context.skip();
    }
    const out = path.join(folder, 'again');
    const model = path.join(shipped, 'onnx/model.onnx');
    await inTraining(['compile.py', model, '--target', 'x64-avx2', '--out', out]);
    const target = manifest.targets.find(({ name }) => name === 'dlr-x64-avx2');
    expect(Object.keys(target?.files ?? {})).toHaveLength(3);
    for (const [file, digest] of Object.entries(target?.files ?? {})) {
      const bytes = await readFile(path.join(out, file));
      expect(createHash('sha256').update(bytes).digest('hex'), file).toBe(digest);
    }
  }, 120_000);
});

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmulatedMachine, requireProcessor } from '../../scripts/avx512/emulated-machine.mjs';
import { Guest, GuestLog } from '../../scripts/avx512/guest.mjs';
import { judge } from '../../scripts/avx512/judgement.mjs';

const manifest = {
  targets: [
    { name: 'dlr-x64-avx2', runtime: 'dlr', path: 'a', platform: { cpuFeatures: ['avx2'] } },
    { name: 'dlr-x64-avx512', runtime: 'dlr', path: 'b', platform: { cpuFeatures: ['avx2', 'avx512f'] } },
    { name: 'onnx', runtime: 'onnx', path: 'c' },
  ],
  golden: [{}, {}],
};

/** What a machine prints whose target passes. */
const good = {
  processor: ['flags : fpu avx2 avx512f'],
  'count:dlr-x64-avx2': ['libdlr talks', '{"latenciesMs": [9, 2.5], "checksum": "aa"}'],
  'count:dlr-x64-avx512': ['{"latenciesMs": [9, 1.5], "checksum": "bb"}'],
  verify: [verified(2)],
};

function verified(samples: number): string {
  const golden = { samples, difference: 1e-5 };
  return JSON.stringify({ targets: [{ target: 'dlr-x64-avx512', outcome: 'good', golden }] });
}

/** @param changes of `good`; a number is the step's exit code */
function results(changes: Record<string, string[] | number> = {}) {
  const log = new GuestLog();
  for (const [name, printed] of Object.entries({ ...good, ...changes })) {
    const lines = typeof printed === 'number' ? ['it fails'] : printed;
    const code = typeof printed === 'number' ? printed : 0;
    for (const line of [`@begin ${name}`, ...lines, `@end ${name} ${code} 1.5`]) log.add(line);
  }
  return log.steps;
}

describe('the judgement of the emulated machine', () => {
  it('counts instructions by the second run and the clock, 200 million a second', () => {
    const lines = judge(results(), ['count'], manifest, new Map([['dlr-x64-avx2', 'aa']]));
    expect(lines).toEqual([
      'processor  has avx512f',
      'count      dlr-x64-avx2: 0.5 million instructions an inference, the same bits as on this machine',
      'count      dlr-x64-avx512: 0.3 million instructions an inference, outputs bb',
    ]);
  });

  it('refuses outputs that differ from those of a real processor', () => {
    const here = new Map([['dlr-x64-avx2', 'ab']]);
    expect(() => judge(results(), ['count'], manifest, here)).toThrow(/computes other bits.*\(aa\).*\(ab\)/);
  });

  it('refuses a processor without AVX-512', () => {
    const plain = results({ processor: ['flags : fpu avx2'] });
    expect(() => judge(plain, [], manifest)).toThrow('the emulated processor has no avx512f');
  });

  it('refuses a target that passed fewer golden samples than the package has', () => {
    expect(judge(results(), ['verify'], manifest)).toContain(
      'verify     dlr-x64-avx512: good, 2 golden samples, at most 1.0e-5 apart',
    );
    expect(() => judge(results({ verify: [verified(1)] }), ['verify'], manifest)).toThrow(
      /did not pass its 2 golden/,
    );
  });

  it('says what was chosen, and what a picture shows', () => {
    const steps = [{ target: 'dlr-x64-avx512', outcome: 'good', medianMs: 243.4, runs: 4 }];
    const chosen = { target: 'dlr-x64-avx512', because: 'it is the fastest' };
    const picture = {
      model: { target: 'dlr-x64-avx512' },
      predictions: [{ label: 'glass', confidence: 0.98867 }],
    };
    const seen = results({
      explain: [JSON.stringify({ steps, chosen })],
      infer: ['libdlr talks', JSON.stringify(picture)],
    });
    expect(judge(seen, ['explain', 'infer'], manifest).slice(1)).toEqual([
      'explain    dlr-x64-avx512: good, 243 ms of the emulated clock, median of 4 runs',
      'explain    chosen: dlr-x64-avx512, it is the fastest',
      'infer      glass 0.989, by dlr-x64-avx512',
    ]);
    const none = results({
      explain: [JSON.stringify({ steps: [{ ...steps[0], outcome: 'failed' }], chosen })],
    });
    expect(() => judge(none, ['explain'], manifest)).toThrow(/was not among those to choose from/);
  });

  it('refuses a target that takes the picture of glass for something else', () => {
    const picture = {
      model: { target: 'dlr-x64-avx512' },
      predictions: [{ label: 'metal', confidence: 0.98 }],
    };
    const seen = results({ infer: [JSON.stringify(picture)] });
    expect(() => judge(seen, ['infer'], manifest)).toThrow(
      'the picture shows glass, and dlr-x64-avx512 takes it for metal',
    );
  });

  it('refuses a step that failed or never ran', () => {
    expect(() => judge(results({ verify: 1 }), ['verify'], manifest)).toThrow(/verify ended with code 1/);
    expect(() => judge(results(), ['infer'], manifest)).toThrow(/infer ended with code undefined/);
  });
});

describe('the script of the guest', () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'mli-guest-'))));
  afterEach(() => rmSync(root, { recursive: true }));

  it('reports each step with its output and the code of its command, whatever is in the words', () => {
    const guest = new Guest(root);
    guest.addStep('reads', ['sed', "s/^/it's /"], { input: 'one 100%\n' });
    guest.addStep('fails', ['sh', '-c', 'echo no >&2; exit 3']);
    const { stdout } = spawnSync('/bin/sh', ['-c', guest.script()], { encoding: 'utf8' });
    const log = new GuestLog();
    for (const line of stdout.split('\n')) log.add(line);
    expect(log.isDone).toBe(true);
    expect(log.steps.get('reads')).toEqual({ lines: ["it's one 100%", ''], code: 0 });
    expect(log.steps.get('fails')).toEqual({ lines: ['no', ''], code: 3 });
  });
});

describe('npm run prove:avx512', () => {
  const prove = (...args: string[]) =>
    spawnSync(process.execPath, ['scripts/avx512/prove.mjs', ...args], { encoding: 'utf8' });

  it.each([
    [['explian'], 'there is no step explian', 'choose from count, verify, explain, infer'],
    [['--limit', '0'], '--limit 0 is not a number of minutes above 0', 'for example --limit 180'],
    [['--speed'], "Unknown option '--speed'", '--help'],
    [['--keep', 'package.json'], '--keep package.json is not a folder', 'name a folder'],
    [
      ['--local', '/nowhere'],
      '--local /nowhere does not have recipes/mli.Inference-0.1.0.yaml',
      'build-component.mjs --local 0.1.0 --out /nowhere',
    ],
  ])('refuses %j with a remedy', (args, reason, remedy) => {
    const { status, stderr } = prove(...args);
    expect(stderr).toContain(reason);
    expect(stderr).toContain(remedy);
    expect(status).toBe(1);
  });

  it('says first that another processor will not do, before it asks for packages', () => {
    const arm = 'data:text/javascript,Object.defineProperty(process, "arch", { value: "arm64" })';
    const { status, stderr } = spawnSync(process.execPath, ['--import', arm, 'scripts/avx512/prove.mjs'], {
      encoding: 'utf8',
    });
    expect(stderr).toContain('this machine is linux-arm64');
    expect(stderr).toContain('x86_64 host');
    expect(stderr).not.toContain('apt-get');
    expect(status).toBe(1);
  });
});

describe.skipIf(!existsSync('/usr/bin/bochs-bin'))('Bochs (needs it installed)', () => {
  it('does not have every processor', () => {
    expect(() => requireProcessor('nonsense')).toThrow('Bochs has no processor nonsense');
    expect(() => requireProcessor('corei7_skylake_x')).not.toThrow();
  });

  it('says what is wrong where the machine printed nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mli-machine-'));
    try {
      const machine = new EmulatedMachine({
        folder,
        processor: 'nonsense',
        disk: 'disk.img',
        disc: 'boot.iso',
      });
      expect(await machine.run({ onLine: () => undefined, limitMinutes: 1 })).toBe('code 1');
      expect(machine.tail().join('\n')).toContain('cpu directive malformed');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

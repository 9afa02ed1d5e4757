import { stat } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import type { KeyObject } from 'node:crypto';
import { parsePublicKey } from '../../config/public-key.js';
import { EdgeError } from '../../errors/index.js';
import type { ModelInput } from '../../models/index.js';

interface InspectOptions {
  publicKey: KeyObject[];
}

export const inspectCommand = (): Command =>
  new Command('inspect')
    .description('prove the files of a model package, and print the digest to pin')
    .argument('<model>', 'folder of a package, or a .tar.gz or .zip')
    .option(
      '--public-key <key>',
      'check the signature against this key (repeatable)',
      collectKey,
      [] as KeyObject[],
    )
    .action(inspect);

function collectKey(text: string, earlier: KeyObject[]): KeyObject[] {
  try {
    return [...earlier, parsePublicKey(text)];
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

async function inspect(model: string, { publicKey: keys }: InspectOptions): Promise<void> {
  const { isSealedBy, readSeal } = await import('../../models/seal.js');
  const { provePackage } = await import('../../models/prove.js');
  const seal = await readSeal(model);
  console.log(`sha256:    ${seal.sha256} (of ${seal.file})`);
  if (seal.signature === undefined) {
    console.log('signature: none');
    if (keys.length > 0)
      throw new EdgeError('MODEL_SIGNATURE_INVALID', { path: seal.file, reason: 'it has none' });
  } else if (keys.length === 0) {
    console.log('signature: there, not checked (give --public-key)');
  } else if (isSealedBy(keys, seal)) {
    console.log('signature: good');
  } else {
    throw new EdgeError('MODEL_SIGNATURE_INVALID', {
      path: seal.file,
      reason: 'it was made for another file, or by another key',
    });
  }
  if (!(await stat(model)).isDirectory()) return;
  const { manifest, files } = await provePackage(model);
  console.log(`model:     ${manifest.name} ${manifest.version} (${manifest.task}, ${manifest.license})`);
  console.log(
    `input:     ${manifest.input.name} ${manifest.input.dtype}[${manifest.input.shape.join(', ')}] ${contentOf(manifest.input)}`,
  );
  for (const { name, runtime, platform, minRuntimeVersion } of manifest.targets) {
    const where = platform
      ? `${platform.os} ${platform.architecture} ${platform.cpuFeatures.join(' ')}`.trim()
      : 'anywhere';
    const needs = minRuntimeVersion === undefined ? runtime : `${runtime} ${minRuntimeVersion} or newer`;
    console.log(`target:    ${name} (${needs}, ${where})`);
  }
  console.log(
    `files:     ${files} proved, ${manifest.golden.length} golden sample${manifest.golden.length === 1 ? '' : 's'}`,
  );
}

function contentOf(input: ModelInput): string {
  if (input.kind === 'picture') return `${input.layout} ${input.colorOrder}`;
  const { channels, features, window } = input;
  const each = features ? `${features.length} features of ` : '';
  const { samples, hop = 0, seconds, hopSeconds = 0, rateHz } = window;
  const rate = rateHz === undefined ? '' : ` at ${rateHz} Hz`;
  const extent =
    seconds === undefined ? `${samples} samples${rate}, every ${hop}` : `${seconds} s, every ${hopSeconds} s`;
  return `${each}${extent}, of ${channels.join(', ')}`;
}

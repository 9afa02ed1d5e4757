import type { Command } from 'commander';
import type { Draft } from '../../compile/draft.js';
import type { FrameworkName } from '../../compile/framework.js';
import { compileWithNeo, neoFrameworks, type NeoArchitecture } from '../../compile/neo/index.js';
import { createLogger } from '../../logger.js';

export interface NeoCliOptions {
  readonly model: string | undefined;
  readonly out: string;
  readonly framework?: FrameworkName;
  readonly frameworkVersion?: string;
  readonly target: readonly string[];
  readonly inputShape: Readonly<Record<string, readonly number[]>>;
  readonly job?: string;
  readonly roleArn?: string;
  readonly bucket?: string;
  readonly prefix: string;
  readonly timeoutSeconds: number;
  readonly draft: Draft;
}

/** `mli model compile --neo`: checks the call, then has SageMaker do it. */
export async function compileOnNeo(
  options: NeoCliOptions,
  { progress, signal }: { readonly progress: (text: string) => void; readonly signal: AbortSignal },
  command: Command,
): Promise<void> {
  const { job, framework = 'onnx', roleArn = '', bucket = '', model = '' } = options;
  if (job === undefined) {
    const missing = Object.entries({
      '<model>': options.model,
      '--framework': options.framework,
      '--role-arn': options.roleArn,
      '--bucket': options.bucket,
    }).flatMap(([name, value]) => (value === undefined ? [name] : []));
    if (Object.keys(options.inputShape).length === 0) missing.push('--input-shape name=1,3,224,224');
    if (missing.length > 0) return command.error(`error: --neo needs ${missing.join(', ')}`);
    if (!neoFrameworks.includes(framework))
      return command.error(`error: Neo does not take ${framework} (it takes ${neoFrameworks.join(', ')})`);
  }
  const architecture = (options.target[0] ?? 'x64').replace(/-.*/, '') as NeoArchitecture;
  if (options.target.length > 1 || !['x64', 'arm64', 'arm'].includes(architecture))
    return command.error('error: --neo compiles for one --target: x64, arm64 or arm');
  const logger = createLogger({
    name: 'mli',
    level: process.env['MLI_LOG_LEVEL'] ?? 'warn',
    stream: 'stderr',
  });
  const { out, frameworkVersion, inputShape: shapes, prefix, draft, timeoutSeconds } = options;
  const order = { model, job, framework, frameworkVersion, shapes, architecture, roleArn, bucket, prefix };
  const name = await compileWithNeo({ ...order, draft, timeoutSeconds, out }, { logger, progress, signal });
  progress(`compilation job ${name}: COMPLETED`);
}

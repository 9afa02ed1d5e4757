import { cp, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { modelSchema } from '../../config/model.js';
import { ArtifactBucket } from '../../deploy/publish/artifact-bucket.js';
import type { Logger } from '../../logger.js';
import { deviceRegion } from '../../models/aws/region.js';
import { ModelRepository } from '../../models/index.js';
import type { Draft } from '../draft.js';
import type { FrameworkName } from '../framework.js';
import { refuseStrangers, replaceFolder } from '../../models/write-package.js';
import { makeWorkFolder } from '../work-folder.js';
import { NeoJobs, type NeoOrder } from './job.js';

/** What Neo calls the frameworks, and which of them it takes. */
const neoNames: Readonly<Partial<Record<FrameworkName, string>>> = {
  onnx: 'ONNX',
  tflite: 'TFLITE',
  'saved-model': 'TENSORFLOW',
  'frozen-graph': 'TENSORFLOW',
  keras: 'KERAS',
  mxnet: 'MXNET',
  pytorch: 'PYTORCH',
  xgboost: 'XGBOOST',
  sklearn: 'SKLEARN',
};

export const neoFrameworks = Object.keys(neoNames) as FrameworkName[];

const architectures = { x64: 'X86_64', arm64: 'ARM64', arm: 'ARM_EABIHF' } as const;
export type NeoArchitecture = keyof typeof architectures;

export interface NeoCompileOrder {
  /** A .tar.gz here, which is uploaded, or one in S3 (`s3://…`); not needed with `job`. */
  readonly model: string;
  /** A job that exists already: it is waited for. */
  readonly job?: string | undefined;
  readonly framework: FrameworkName;
  readonly frameworkVersion?: string | undefined;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly architecture: NeoArchitecture;
  readonly roleArn: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly draft: Draft;
  readonly timeoutSeconds: number;
  readonly out: string;
}

export interface NeoOptions {
  readonly logger: Logger;
  readonly progress: (text: string) => void;
  readonly signal: AbortSignal;
  /** @default 15 s */
  readonly pollMs?: number;
}

/**
 * Has SageMaker Neo compile a model, waits, brings the artifact from where the job says that it is, and writes a model package.
 * @returns the name of the job
 * @throws EdgeError NEO_*, DEPLOY_*, MODEL_*
 */
export async function compileWithNeo(order: NeoCompileOrder, options: NeoOptions): Promise<string> {
  await refuseStrangers(order.out);
  const region = deviceRegion() ?? 'no region';
  const { SageMakerClient } = await import('@aws-sdk/client-sagemaker');
  const client = new SageMakerClient({});
  try {
    const jobs = new NeoJobs(client, region);
    const name = order.job ?? jobName(order.draft.name);
    if (order.job === undefined) await jobs.create(await toJob(order, name, region, options));
    const { timeoutSeconds } = order;
    await jobs.wait(name, { ...options, timeoutSeconds, pollMs: options.pollMs ?? 15_000 });
    await bring(name, order, options);
    return name;
  } finally {
    client.destroy();
  }
}

/** Names of jobs are for ever: no two are the same. */
const jobName = (model = 'model'): string =>
  `${model.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 40)}-${new Date().toISOString().replace(/\D/g, '')}`;

async function toJob(
  order: NeoCompileOrder,
  name: string,
  region: string,
  { progress }: NeoOptions,
): Promise<NeoOrder> {
  const { bucket, prefix, roleArn, frameworkVersion, shapes } = order;
  let input = order.model;
  if (!input.startsWith('s3://')) {
    const key = `${prefix}${name}/${path.basename(order.model)}`;
    input = `s3://${bucket}/${key}`;
    progress(`uploading ${order.model} to ${input}`);
    const { size: bytes } = await stat(order.model);
    const store = new ArtifactBucket(bucket, region);
    try {
      await store.upload(key, { name: path.basename(order.model), path: order.model, bytes });
    } finally {
      store.close();
    }
  }
  return {
    name,
    roleArn,
    input,
    output: `s3://${bucket}/${prefix}${name}/`,
    framework: neoNames[order.framework] ?? order.framework,
    frameworkVersion,
    shapes,
    architecture: architectures[order.architecture],
  };
}

/** As a device does it: by the URI of the job's description, unpacked with limits, the manifest made from metadata and draft. */
async function bring(
  job: string,
  { draft, out }: NeoCompileOrder,
  { logger, signal }: NeoOptions,
): Promise<void> {
  const { name = 'model', version, license, labels, input, decoder } = draft;
  const config = modelSchema.parse({
    source: { type: 'neoCompilationJob', name: job },
    allowUnpinned: true,
    manifest: { version, license, input, ...(labels && { labels }), ...(decoder && { decoder }) },
  });
  const work = await makeWorkFolder();
  const repository = new ModelRepository({ folder: work, logger, trust: { publicKeys: [] } });
  try {
    const { folder } = await repository.resolve(name, config, signal);
    await replaceFolder(out, (fresh) => cp(folder, fresh, { recursive: true }));
  } finally {
    repository.close();
    await rm(work, { recursive: true, force: true });
  }
}

import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse, type ScalarTag } from 'yaml';
import { root } from './mli-process.js';

const run = promisify(execFile);
const lintVersion = '1.58.0';
/** Its script would point to the place where the environment was made. */
const lintProgram = ['-c', 'import sys; from cfnlint.runner import main; sys.exit(main())'];
const cache =
  process.env['MLI_CACHE_DIR'] ??
  path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'greengrass-mli');
const template = fileURLToPath(new URL('../../infra/greengrass-mli.yaml', import.meta.url));

async function prepareLint(): Promise<string> {
  const environment = path.join(cache, 'envs', 'cfn-lint');
  const python = path.join(environment, 'bin', 'python');
  const version = await run(python, [...lintProgram, '--version']).catch(() => ({ stdout: '' }));
  if (version.stdout.includes(lintVersion)) return python;
  // Made beside and renamed when it is whole.
  const fresh = `${environment}.${process.pid}`;
  await mkdir(path.dirname(environment), { recursive: true });
  await run('python3', ['-m', 'venv', fresh]);
  await run(path.join(fresh, 'bin', 'python'), [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    `cfn-lint==${lintVersion}`,
  ]);
  await rm(environment, { recursive: true, force: true });
  await rename(fresh, environment);
  return python;
}

/** Undefined when cfn-lint cannot be had here, with the reason on the test's output. */
let python: string | undefined;

beforeAll(async () => {
  try {
    python = await prepareLint();
  } catch (error) {
    const lines = String((error as { stderr?: string }).stderr ?? error)
      .trim()
      .split('\n');
    console.log(
      `Skipped: checking infra/ needs python3 with venv and cfn-lint ${lintVersion}: ${lines.at(-1) ?? ''}`,
    );
  }
}, 300_000);

interface Statement {
  readonly Sid?: string;
  readonly Effect?: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}
interface Resource {
  readonly Type: string;
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly Properties: Record<string, unknown>;
}
interface Template {
  readonly Parameters: Record<string, { Default: unknown }>;
  readonly Resources: Record<string, Resource>;
}

/** CloudFormation's short functions, as `{ '!Sub': … }`. */
const tags = ['Ref', 'Sub', 'GetAtt', 'If', 'Not', 'Or', 'Equals', 'Condition'].flatMap((name) => [
  { tag: `!${name}`, resolve: (value: string) => ({ [`!${name}`]: value }) } satisfies ScalarTag,
  {
    tag: `!${name}`,
    collection: 'seq' as const,
    resolve: (seq: { toJSON(): unknown }) => ({ [`!${name}`]: seq.toJSON() }),
  },
]);

const read = async () => parse(await readFile(template, 'utf8'), { customTags: tags as never }) as Template;

describe('infra/greengrass-mli.yaml', () => {
  it('has nothing that cfn-lint finds fault with', { timeout: 120_000 }, async (context) => {
    if (python === undefined) return context.skip();
    // It exits with something else than 0 where it finds fault, and then `run` throws with what it said.
    const { stdout } = await run(python, [...lintProgram, '--', template]);
    expect(stdout).toBe('');
  });

  it('keeps its buckets private, encrypted, and free of plain connections, and does not delete them', async () => {
    const { Resources: resources } = await read();
    const buckets = Object.entries(resources).filter(([, { Type: type }]) => type === 'AWS::S3::Bucket');
    expect(buckets.map(([name]) => name)).toEqual(['ArtifactBucket', 'FeedbackBucket']);
    const policies = Object.values(resources).filter(({ Type: type }) => type === 'AWS::S3::BucketPolicy');
    for (const [name, { Properties: properties, DeletionPolicy: deletion }] of buckets) {
      expect(deletion).toBe('Retain');
      expect(properties).toMatchObject({
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        LifecycleConfiguration: { Rules: [{ Status: 'Enabled' }] },
      });
      const policy = policies.find(
        ({ Properties: { Bucket: bucket } }) => JSON.stringify(bucket) === JSON.stringify({ '!Ref': name }),
      );
      expect(JSON.stringify(policy)).toContain('"aws:SecureTransport":"false"');
    }
  });

  it('names the artifact bucket as `mli deploy` and GDK look for it', async () => {
    const { Resources: resources, Parameters: parameters } = await read();
    const gdk = JSON.parse(await readFile(path.join(root, 'gdk-config.json'), 'utf8')) as {
      component: Record<string, { publish: { bucket: string } }>;
    };
    const name = (resources['ArtifactBucket']?.Properties['BucketName'] as { '!Sub': string })['!Sub'];
    const filled = name
      .replace('${NamePrefix}', String(parameters['NamePrefix']?.Default))
      .replace('${AWS::Region}', 'R')
      .replace('${AWS::AccountId}', 'A');
    expect(filled).toBe(`${gdk.component['mli.Inference']?.publish.bucket}-R-A`);
  });

  it('gives devices nothing but what they need', async () => {
    const { Resources: resources } = await read();
    const document = resources['DeviceAccess']?.Properties['PolicyDocument'] as {
      Statement: (Statement | { '!If': [string, Statement, unknown] })[];
    };
    const statements = document.Statement.map((statement) =>
      '!If' in statement ? statement['!If'][1] : statement,
    );
    const actions = statements.flatMap(({ Action: action }) => action);
    expect([...new Set(actions)].sort()).toEqual([
      's3:GetObject',
      's3:GetObjectVersion',
      's3:ListBucket',
      's3:PutObject',
      'sagemaker:DescribeCompilationJob',
      'sagemaker:DescribeTrainingJob',
      'sagemaker:ListCompilationJobs',
      'sagemaker:ListTrainingJobs',
    ]);
    expect(
      statements.filter(({ Resource: resource }) => resource === '*').map(({ Sid: sid }) => sid),
    ).toEqual(['ListJobs']);
  });

  it('keeps no results unless that is asked for', async () => {
    const { Resources: resources, Parameters: parameters } = await read();
    expect(parameters['Results']?.Default).toBe('off');
    const always = Object.values(resources).filter(({ Condition: condition }) => condition === undefined);
    expect([...new Set(always.map(({ Type: type }) => type))].sort()).toEqual([
      'AWS::IAM::ManagedPolicy',
      'AWS::IoT::Policy',
      'AWS::S3::Bucket',
      'AWS::S3::BucketPolicy',
    ]);
  });
});

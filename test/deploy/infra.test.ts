import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse, type ScalarTag } from 'yaml';
import { pythonWith } from '../python-environment.js';
import { root } from './mli-process.js';

const run = promisify(execFile);
/** Its script would point to the place where the environment was made. */
const lintProgram = ['-c', 'import sys; from cfnlint.runner import main; sys.exit(main())'];
const template = fileURLToPath(new URL('../../infra/greengrass-mli.yaml', import.meta.url));

/** Undefined when cfn-lint cannot be had here, with the reason on the test's output. */
let python: string | undefined;

beforeAll(async () => {
  python = await pythonWith({
    name: 'cfn-lint',
    requirement: 'cfn-lint==1.58.0',
    probe: [...lintProgram, '--version'],
  });
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

import { generateKeyPairSync } from 'node:crypto';
import {
  CreateBucketCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateTrainingJobCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { formatPublicKey } from '../../src/config/public-key.js';
import { signDigest } from '../../src/models/signature.js';
import { bundle, bundleTarGz, sha256 } from './bundle.js';
import { startMoto, type Moto } from './moto.js';
import { model, RepositoryDesk } from './repository-desk.js';

let moto: Moto | undefined;
let s3: S3Client;
let desk: RepositoryDesk | undefined;
const bucket = 'mli-models';
const one = bundle('1.0.0');
const two = bundle('2.0.0');
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const trust = { publicKeys: [formatPublicKey(publicKey)] };

beforeAll(async () => {
  moto = await startMoto();
  if (!moto) return;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: moto.endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
  });
  s3 = new S3Client({});
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  await s3.send(
    new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }),
  );
}, 300_000);
afterAll(async () => {
  if (!moto) return;
  s3.destroy();
  await moto.stop();
});
beforeEach(async (context) => {
  if (!moto) context.skip();
  desk = await RepositoryDesk.open();
});
afterEach(() => desk?.close());

/** Only used where moto runs. */
const repository = (options: Parameters<RepositoryDesk['repository']>[0] = {}) =>
  (desk as RepositoryDesk).repository(options);
const put = async (key: string, body: Buffer | string) =>
  (await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }))).VersionId ?? '';
const uri = (key: string) => `s3://${bucket}/${key}`;

it('brings a pinned version of an object, and later asks nobody for it', async () => {
  const versionId = await put('versioned.tar.gz', bundleTarGz(one));
  await put('versioned.tar.gz', bundleTarGz(two));
  const config = model({ type: 's3', uri: uri('versioned.tar.gz'), versionId });
  await expect(repository().resolve('sorter', config)).resolves.toMatchObject({
    sha256: one.digest,
    origin: { type: 's3', revision: versionId },
  });
  process.env['AWS_ENDPOINT_URL'] = 'http://127.0.0.1:1';
  try {
    await expect(repository().resolve('sorter', config)).resolves.toMatchObject({ sha256: one.digest });
  } finally {
    process.env['AWS_ENDPOINT_URL'] = moto?.endpoint;
  }
});

it('sees a new version of an object', async () => {
  await put('newest.tar.gz', bundleTarGz(one));
  const config = model({ type: 's3', uri: uri('newest.tar.gz') }, { allowUnpinned: true });
  const models = repository();
  const { origin } = await models.resolve('sorter', config);
  expect(await models.probe('sorter', config, origin)).toBe(false);
  await put('newest.tar.gz', bundleTarGz(two));
  expect(await models.probe('sorter', config, origin)).toBe(true);
  expect((await models.resolve('sorter', config)).sha256).toBe(two.digest);
});

it('uses the newest object when a trusted key signed it, and nothing else', async () => {
  const archive = bundleTarGz(one);
  const config = model({ type: 's3', uri: uri('signed.tar.gz') });
  await put('signed.tar.gz', archive);
  await expect(repository({ trust }).resolve('sorter', config)).rejects.toMatchObject({
    code: 'MODEL_UNPINNED',
  });
  await put('signed.tar.gz.sig', signDigest(sha256(archive), privateKey));
  await expect(repository({ trust }).resolve('sorter', config)).resolves.toMatchObject({
    sha256: one.digest,
  });
  // The object is replaced, its signature is not.
  await put('signed.tar.gz', bundleTarGz(two));
  await expect(repository({ trust }).resolve('sorter', config)).rejects.toMatchObject({
    code: 'MODEL_SIGNATURE_INVALID',
  });
  // The key is taken back: what is in the cache does not count any more either.
  const others = { publicKeys: [formatPublicKey(generateKeyPairSync('ed25519').publicKey)] };
  expect(await repository({ trust: others }).cached('sorter', config)).toBeUndefined();
});

it.each([
  ['a key', () => uri('nowhere.tar.gz'), 'NoSuchKey'],
  ['a bucket', () => 's3://mli-nowhere/model.tar.gz', 'NoSuchBucket'],
])('says that %s is missing', async (_title, where, name) => {
  await expect(repository().resolve('sorter', model({ type: 's3', uri: where() }))).rejects.toMatchObject({
    code: 'MODEL_ORIGIN_MISSING',
    message: expect.stringContaining(name) as unknown,
  });
});

it('brings the model of a training job by its ARN', async () => {
  const client = new SageMakerClient({});
  const { TrainingJobArn: arn = '' } = await client.send(
    new CreateTrainingJobCommand({
      TrainingJobName: 'waste-2026-11-01',
      AlgorithmSpecification: { TrainingImage: 'image', TrainingInputMode: 'File' },
      RoleArn: 'arn:aws:iam::123456789012:role/sagemaker',
      OutputDataConfig: { S3OutputPath: uri('jobs') },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
      StoppingCondition: { MaxRuntimeInSeconds: 60 },
    }),
  );
  const { DescribeTrainingJobCommand } = await import('@aws-sdk/client-sagemaker');
  const { ModelArtifacts } = await client.send(
    new DescribeTrainingJobCommand({ TrainingJobName: 'waste-2026-11-01' }),
  );
  client.destroy();
  await put((ModelArtifacts?.S3ModelArtifacts ?? '').replace(`s3://${bucket}/`, ''), bundleTarGz(one));
  const config = model({ type: 'sagemakerTrainingJob', arn }, { allowUnpinned: true });
  await expect(repository().resolve('sorter', config)).resolves.toMatchObject({
    sha256: one.digest,
    origin: { uri: arn },
  });
});

it('says that a training job is missing', async () => {
  const arn = 'arn:aws:sagemaker:us-east-1:123456789012:training-job/nowhere';
  await expect(
    repository().resolve('sorter', model({ type: 'sagemakerTrainingJob', arn })),
  ).rejects.toMatchObject({ code: 'MODEL_ORIGIN_MISSING' });
});

/** Last: from here on, moto asks for rights. */
it('says which right is missing', async () => {
  await put('forbidden.tar.gz', bundleTarGz(one));
  const iam = async (action: string) => {
    const authorization = 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/iam/aws4_request';
    const response = await fetch(moto?.endpoint ?? '', {
      method: 'POST',
      headers: { Authorization: authorization },
      body: new URLSearchParams(`${action}&Version=2010-05-08`),
    });
    return response.text();
  };
  await iam('Action=CreateUser&UserName=device');
  const key = await iam('Action=CreateAccessKey&UserName=device');
  const saved = { ...process.env };
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: /<AccessKeyId>(.*?)</.exec(key)?.[1],
    AWS_SECRET_ACCESS_KEY: /<SecretAccessKey>(.*?)</.exec(key)?.[1],
  });
  await fetch(`${moto?.endpoint ?? ''}/moto-api/reset-auth`, { method: 'POST', body: '0' });
  try {
    await expect(
      repository().resolve('sorter', model({ type: 's3', uri: uri('forbidden.tar.gz') })),
    ).rejects.toMatchObject({
      code: 'MODEL_ORIGIN_FORBIDDEN',
      message: expect.stringContaining('AccessDenied') as unknown,
      remedy: expect.stringContaining('s3:GetObject') as unknown,
    });
  } finally {
    Object.assign(process.env, saved);
  }
});

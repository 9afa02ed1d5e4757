import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundle, bundleTarGz } from './bundle.js';
import { JobServer } from './job-server.js';
import { ObjectServer } from './object-server.js';
import { model, RepositoryDesk } from './repository-desk.js';

let objects: ObjectServer;
let jobs: JobServer;
let desk: RepositoryDesk;

beforeAll(async () => {
  await import('@aws-sdk/client-s3');
  objects = await ObjectServer.start();
  jobs = await JobServer.start();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_S3: objects.endpoint,
    AWS_ENDPOINT_URL_SAGEMAKER: jobs.endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'eu-central-1',
  });
});
afterAll(async () => {
  await objects.stop();
  await jobs.stop();
});
beforeEach(async () => {
  desk = await RepositoryDesk.open();
  for (const list of [jobs.training, jobs.compilation, jobs.requests]) list.length = 0;
});
afterEach(() => desk.close());

/** Puts a model of its own where the job's artifact is: not where one would guess it. */
function finish(name: string): { artifact: string; digest: string } {
  const made = bundle('1.0.0', name);
  objects.objects.set(`/output/by-hand/${name}/model.tar.gz`, bundleTarGz(made));
  return { artifact: `s3://output/by-hand/${name}/model.tar.gz`, digest: made.digest };
}

describe.each([
  [
    'sagemakerTrainingJob',
    () => jobs.training,
    'Completed',
    'InProgress',
    'Failed',
    (name: string) => ({ arn: `arn:aws:sagemaker:eu-central-1:123456789012:training-job/${name}` }),
  ],
  [
    'neoCompilationJob',
    () => jobs.compilation,
    'COMPLETED',
    'INPROGRESS',
    'FAILED',
    (name: string) => ({ name }),
  ],
] as const)('%s', (type, list, completed, running, failed, byName) => {
  const resolve = (source: object) =>
    desk.repository().resolve('sorter', model({ type, ...source }, { allowUnpinned: true }));

  it('brings the artifact that SageMaker names', async () => {
    const { artifact, digest } = finish('waste-1');
    list().push({ name: 'waste-1', status: completed, createdAt: 1, artifact });
    await expect(resolve(byName('waste-1'))).resolves.toMatchObject({
      sha256: digest,
      origin: { type, uri: expect.stringMatching(/job\/waste-1$/) as unknown },
    });
  });

  it('takes the newest completed job of a prefix, beyond the first page', async () => {
    const { artifact, digest } = finish('waste-2');
    list().push(
      { name: 'waste-1', status: completed, createdAt: 1, artifact: 's3://output/none' },
      { name: 'waste-2', status: completed, createdAt: 5, artifact },
      { name: 'waste-3', status: running, createdAt: 9 },
      { name: 'waste-4', status: failed, createdAt: 8, failure: 'no data' },
      // Their names only contain the prefix.
      ...[6, 7, 8].map((createdAt) => ({
        name: `old-waste-${createdAt}`,
        status: completed,
        createdAt,
        artifact: 's3://output/none',
      })),
    );
    await expect(resolve({ namePrefix: 'waste-' })).resolves.toMatchObject({ sha256: digest });
  });

  it('sees when a newer job is there', async () => {
    const one = finish('waste-1');
    list().push({ name: 'waste-1', status: completed, createdAt: 1, artifact: one.artifact });
    const repository = desk.repository();
    const config = model({ type, namePrefix: 'waste-' }, { allowUnpinned: true });
    const { origin } = await repository.resolve('sorter', config);
    expect(await repository.probe('sorter', config, origin)).toBe(false);
    const two = finish('waste-2');
    list().push({ name: 'waste-2', status: completed, createdAt: 2, artifact: two.artifact });
    expect(await repository.probe('sorter', config, origin)).toBe(true);
    expect((await repository.resolve('sorter', config)).sha256).toBe(two.digest);
  });

  it('says that a job still runs, has failed, or is not there', async () => {
    list().push(
      { name: 'waste-1', status: running, createdAt: 1 },
      { name: 'waste-2', status: failed, createdAt: 2, failure: 'ClientError: out of disk' },
    );
    await expect(resolve(byName('waste-1'))).rejects.toMatchObject({
      code: 'MODEL_JOB_UNFINISHED',
      message: expect.stringContaining(running) as unknown,
    });
    await expect(resolve(byName('waste-2'))).rejects.toMatchObject({
      code: 'MODEL_JOB_FAILED',
      message: expect.stringContaining('out of disk') as unknown,
    });
    await expect(resolve(byName('waste-9'))).rejects.toMatchObject({ code: 'MODEL_ORIGIN_MISSING' });
    await expect(resolve({ namePrefix: 'glass-' })).rejects.toMatchObject({
      code: 'MODEL_ORIGIN_MISSING',
      message: expect.stringContaining('glass-*') as unknown,
    });
  });
});

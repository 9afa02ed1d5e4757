import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Spool, type UploadOutcome } from '../../src/spool/index.js';
import { startMoto, type Moto } from '../models/moto.js';
import { config, quiet, temporaryFolder, until } from './lanes.js';

const moto: Moto | undefined = await startMoto();
const s3 = new S3Client({
  region: 'eu-west-1',
  forcePathStyle: true,
  ...(moto && { endpoint: moto.endpoint }),
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

let folder: string;
let remove: () => Promise<void>;
beforeAll(() => {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: moto?.endpoint ?? '',
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
});
afterAll(() => moto?.stop());
beforeEach(async () => ({ folder, remove } = await temporaryFolder()));
afterEach(() => remove());

const makeSpool = () => new Spool({ folder, config: config(), send: () => Promise.resolve(), logger: quiet });
const item = (bucket: string, key: string) => ({
  owner: 'snapshot',
  bucket,
  key,
  contentType: 'image/jpeg',
  metadata: { label: 'größe' },
  context: { id: key },
  body: Buffer.from(`body of ${key}`),
});
const bodies = () => readdir(path.join(folder, 'spool/uploads/bodies-v1'));

describe.skipIf(moto === undefined)('uploads to S3', () => {
  it('arrive, also those of an earlier life, and their owner is told with what it wanted back', async () => {
    await s3.send(
      new CreateBucketCommand({
        Bucket: 'samples',
        CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
      }),
    );
    const first = makeSpool();
    // Not started: what a process leaves that was killed before it could send.
    await first.push('uploads', item('samples', 'a/1.jpg'));
    await first.close();
    const second = makeSpool();
    const told: [unknown, UploadOutcome][] = [];
    second.onUpload('snapshot', async ({ context }, outcome) => {
      told.push([context, outcome]);
      return 'keep';
    });
    await second.start();
    expect(await second.push('uploads', item('samples', 'a/2.jpg'))).toBe('disk');
    await until('two uploads', () => second.status.uploads.waiting === 0);
    const object = await s3.send(new GetObjectCommand({ Bucket: 'samples', Key: 'a/2.jpg' }));
    expect(await object.Body?.transformToString()).toBe('body of a/2.jpg');
    expect(object.ContentType).toBe('image/jpeg');
    expect(told).toContainEqual([
      { id: 'a/2.jpg' },
      expect.objectContaining({ status: 'uploaded', bytes: 15 }),
    ]);
    await second.close();
    expect(await bodies()).toEqual([]);
  });

  it('for a bucket that is gone wait, with its error told, and hold up no other', async () => {
    const spool = makeSpool();
    const told: string[] = [];
    spool.onUpload('snapshot', async ({ key }, outcome) => {
      told.push(`${key} ${outcome.status} ${outcome.status === 'uploaded' ? '' : outcome.error}`.trim());
      return key === 'drop.jpg' ? 'drop' : 'keep';
    });
    await spool.start();
    await spool.push('uploads', item('gone', 'keep.jpg'));
    await spool.push('uploads', item('gone', 'drop.jpg'));
    await s3.send(
      new CreateBucketCommand({
        Bucket: 'here',
        CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
      }),
    );
    await spool.push('uploads', item('here', 'x.jpg'));
    await until('three outcomes', () => told.length === 3);
    expect(told.sort()).toEqual([
      'drop.jpg refused NoSuchBucket',
      'keep.jpg refused NoSuchBucket',
      'x.jpg uploaded',
    ]);
    await until('one to be left', () => spool.status.uploads.waiting === 1);
    expect(spool.status.uploads).toMatchObject({ sent: 1, refused: 1, sendFault: 'NoSuchBucket' });
    await spool.close();
    expect(await bodies()).toHaveLength(1);
  });

  it('whose body is damaged are not sent, and bodies without an item are cleared up', async () => {
    const spool = makeSpool();
    await spool.start();
    await spool.push('uploads', item('gone', 'a.jpg'));
    await spool.close();
    const [body = ''] = await bodies();
    await writeFile(path.join(folder, 'spool/uploads/bodies-v1', body), 'something else');
    await writeFile(path.join(folder, 'spool/uploads/bodies-v1', crypto.randomUUID()), 'an orphan');
    const again = makeSpool();
    await again.start();
    await until('the damage', () => again.status.uploads.damaged === 2);
    expect(again.status.uploads.waiting).toBe(0);
    await again.close();
    expect(await bodies()).toEqual([]);
  });
});

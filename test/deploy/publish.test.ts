import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeBuild } from './build-folder.js';
import { Cloud } from './cloud.js';
import { account, region } from './component-registry.js';
import { groupArn } from './fleet.js';
import { mli } from './mli-process.js';

const lineA = groupArn('line-a');
const bucket = `artifacts-${region}-${account}`;

let cloud: Cloud;
let folder: string;

beforeEach(async () => {
  cloud = await new Cloud().start();
  cloud.store.addBucket(bucket);
  folder = await mkdtemp(path.join(tmpdir(), 'mli-publish-'));
});
afterEach(async () => {
  expect(cloud.server.faults).toEqual([]);
  await cloud.stop();
  await rm(folder, { recursive: true });
});

const publish = (...args: string[]) =>
  mli(['deploy', '--target', lineA, '--publish', folder, '--no-wait', '--yes', ...args], cloud.environment);

/** The recipe that AWS got. */
function recipeOf(name: string, version: string): Record<string, unknown> {
  return JSON.parse(cloud.components.find(name, version)?.recipe ?? 'null') as Record<string, unknown>;
}

describe('mli deploy --publish', () => {
  it('uploads, creates the next version, waits until it is DEPLOYABLE, and deploys it', async () => {
    cloud.components.add('mli.Inference', '1.0.9');
    cloud.components.add('mli.Inference', '1.0.10');
    await writeBuild(folder);
    const { code, out } = await publish();
    expect([code, out]).toEqual([
      0,
      expect.stringContaining(`Publishes mli.Inference 1.0.11 to s3://${bucket}/mli.Inference/1.0.11/`),
    ]);
    const uri = `s3://${bucket}/mli.Inference/1.0.11/a.zip`;
    expect(cloud.store.objects.get(uri)?.toString()).toBe('content of a.zip');
    expect(recipeOf('mli.Inference', '1.0.11')).toEqual({
      RecipeFormatVersion: '2020-01-25',
      ComponentName: 'mli.Inference',
      ComponentVersion: '1.0.11',
      ComponentPublisher: 'The author',
      ComponentDescription: 'For tests.',
      Manifests: [{ Platform: { os: 'linux' }, Artifacts: [{ Uri: uri, Unarchive: 'ZIP' }] }],
    });
    expect(cloud.components.find('mli.Inference', '1.0.11')?.state).toBe('DEPLOYABLE');
    expect(cloud.fleet.deploymentOf(lineA)?.request.components).toEqual({
      'mli.Inference': { componentVersion: '1.0.11' },
    });
  });

  it('begins with 1.0.0, and takes another version and bucket where they are given', async () => {
    await writeBuild(folder);
    expect((await publish()).out).toContain('mli.Inference 1.0.0');
    cloud.store.addBucket('mine');
    const { code } = await publish('--component', 'mli.Inference=2.0.0', '--bucket', 'mine');
    expect(code).toBe(0);
    expect([...cloud.store.objects.keys()]).toEqual([
      `s3://${bucket}/mli.Inference/1.0.0/a.zip`,
      's3://mine/mli.Inference/2.0.0/a.zip',
    ]);
  });

  it('refuses a version that exists before anything is uploaded', async () => {
    cloud.components.add('mli.Inference', '1.0.0');
    await writeBuild(folder, { version: '1.0.0' });
    const { code, err } = await publish();
    expect([code, err]).toEqual([
      1,
      expect.stringContaining('1.0.0 of the component mli.Inference exists already'),
    ]);
    expect(err).toContain('--component mli.Inference=VERSION');
    expect(cloud.store.objects.size).toBe(0);
  });

  it('says the same where the version appears while it uploads', async () => {
    await writeBuild(folder, { version: '1.0.0' });
    cloud.store.meanwhile = () => cloud.components.add('mli.Inference', '1.0.0');
    const { code, err } = await publish();
    expect([code, err]).toEqual([
      1,
      expect.stringContaining('exists already, and a version cannot be changed'),
    ]);
    expect(cloud.server.callsOf('CreateComponentVersion')).toHaveLength(1);
    expect(cloud.fleet.deployments).toHaveLength(0);
  });

  it('does not deploy what AWS finds unusable', async () => {
    await writeBuild(folder);
    cloud.components.unusable.set('mli.Inference', 'The artifact is not a zip');
    const { code, err } = await publish();
    expect([code, err]).toEqual([
      1,
      expect.stringContaining('its state is FAILED (The artifact is not a zip)'),
    ]);
    expect(cloud.fleet.deployments).toHaveLength(0);
  });

  it('does not deploy over what somebody else deployed meanwhile', async () => {
    await writeBuild(folder);
    cloud.store.meanwhile = () => void cloud.fleet.deploy({ targetArn: lineA, components: {} });
    const { code, err } = await publish();
    expect([code, err]).toEqual([1, expect.stringContaining('from somebody else meanwhile')]);
    expect(cloud.server.callsOf('CreateDeployment')).toHaveLength(0);
  });

  it.each([
    ['is not there', () => undefined, `There is no bucket`, 'infra/greengrass-mli.yaml'],
    [
      'is forbidden',
      () => cloud.store.addBucket('other', { forbidden: true }),
      'You may not s3:PutObject',
      'docs/deploying.md',
    ],
    [
      'is in another region',
      () => cloud.store.addBucket('other', { region: 'us-east-1' }),
      'is not in eu-central-1',
      '--bucket',
    ],
  ])('says what to do where the bucket %s', async (_, arrange, problem, remedy) => {
    arrange();
    await writeBuild(folder);
    const { code, err } = await publish('--bucket', 'other');
    expect([code, err]).toEqual([1, expect.stringContaining(problem)]);
    expect(err).toContain(remedy);
    expect(cloud.components.versions.size).toBe(0);
    expect(cloud.fleet.deployments).toHaveLength(0);
  });

  it.each([
    ['no gdk-config.json', async () => undefined, 'gdk-config.json is missing'],
    [
      'no recipe',
      async () =>
        writeBuild(folder).then(() => rm(path.join(folder, 'greengrass-build/recipes'), { recursive: true })),
      'has to have one recipe',
    ],
    [
      'an artifact that is not there',
      async () => writeBuild(folder, { artifacts: [] }),
      'names the artifact a.zip',
    ],
    [
      'a recipe that is too large',
      async () => writeBuild(folder, { description: 'x'.repeat(16_000) }),
      'AWS takes at most 16000',
    ],
  ])('refuses a build with %s', async (_, arrange, text) => {
    await arrange();
    const { code, err } = await publish();
    expect([code, err]).toEqual([1, expect.stringContaining(text)]);
    expect(cloud.store.objects.size).toBe(0);
  });
});

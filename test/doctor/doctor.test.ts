import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseConfiguration, type Configuration } from '../../src/config/index.js';
import { examine, type Finding, type Patient } from '../../src/doctor/index.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const shipped = path.join(root, 'models/waste-sorter');

describe('mli doctor', { timeout: 120_000 }, () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'mli-doctor-'));
  });
  afterEach(async () => {
    vi.useRealTimers();
    await rm(folder, { recursive: true, force: true });
  });

  const configured = (more: object): Configuration =>
    parseConfiguration(
      {
        models: { sorter: { source: { type: 'package', path: shipped } } },
        pipelines: {
          belt: { source: { type: 'images', path: path.join(root, 'samples/belt') }, model: 'sorter' },
        },
        ...more,
      },
      'in this test',
    );

  async function look(more: Partial<Patient> = {}): Promise<Finding[]> {
    const patient: Patient = {
      configuration: undefined,
      thingName: 'desk',
      environment: { PATH: process.env['PATH'] },
      installFolder: root,
      stateFolder: path.join(folder, 'state'),
      ...more,
    };
    const findings: Finding[] = [];
    for await (const finding of examine(patient)) findings.push(finding);
    return findings;
  }

  const problems = async (more: Partial<Patient>): Promise<Finding[]> =>
    (await look(more)).filter(({ state }) => state === 'problem');

  it('finds no problem on a machine where all is well, and says what it looked at', async () => {
    const findings = await look({ configuration: configured({}) });
    expect(findings.filter(({ state }) => state === 'problem')).toEqual([]);
    expect(new Set(findings.map(({ subject }) => subject))).toEqual(
      new Set([
        'user',
        'clock',
        'memory',
        'disk',
        'files',
        'addon',
        'libdlr',
        'OpenCV',
        'ffmpeg',
        'models',
        'sources',
        'ports',
        'nucleus',
        'permissions',
      ]),
    );
    expect(findings.find(({ subject }) => subject === 'models')?.message).toMatch(
      /waste-sorter .* golden samples are right/,
    );
  });

  it('names a libdlr that is missing, with the remedy', async () => {
    const configuration = configured({ dlr: { library: path.join(folder, 'libdlr.so') } });
    const [finding] = await problems({ configuration });
    expect(finding).toMatchObject({ subject: 'libdlr', state: 'problem' });
    expect(finding?.message).toContain(path.join(folder, 'libdlr.so'));
    expect(finding?.remedy).toBeTruthy();
  });

  it('names a libdlr that nobody vouches for', async () => {
    const library = path.join(folder, 'libdlr.so');
    await cp(process.execPath, library);
    const found = await problems({ configuration: configured({ dlr: { library } }) });
    expect(found.find(({ subject }) => subject === 'libdlr')?.message).toMatch(/libdlr/);
  });

  it('names ffmpeg where a pipeline needs it and it is not there', async () => {
    const configuration = configured({
      pipelines: {
        street: { source: { type: 'video', path: path.join(root, 'package.json') }, model: 'sorter' },
      },
    });
    const found = await problems({ configuration, environment: { PATH: folder } });
    expect(found).toMatchObject([
      {
        subject: 'ffmpeg',
        message: expect.stringContaining('street') as string,
        remedy: 'sudo apt-get install ffmpeg',
      },
    ]);
  });

  it('names the file of a model that is not what its manifest says', async () => {
    const copy = path.join(folder, 'model');
    await cp(shipped, copy, { recursive: true });
    await writeFile(path.join(copy, 'labels.txt'), 'other\n');
    const configuration = configured({ models: { sorter: { source: { type: 'package', path: copy } } } });
    const [finding] = await problems({ configuration });
    expect(finding).toMatchObject({ subject: 'models' });
    expect(finding?.message).toContain('labels.txt');
  });

  it('names a folder of pictures and a camera that are not there', async () => {
    const configuration = configured({
      pipelines: {
        belt: { source: { type: 'images', path: path.join(folder, 'none') }, model: 'sorter' },
        gate: { source: { type: 'camera', device: '/dev/video97' }, model: 'sorter' },
      },
    });
    const found = await problems({ configuration });
    expect(found.map(({ subject }) => subject)).toEqual(['sources', 'sources']);
    expect(found[0]?.message).toContain('belt: ');
    expect(found[1]?.message).toContain('gate: /dev/video97 is not there');
  });

  it('names a state folder that cannot be written', async () => {
    await writeFile(path.join(folder, 'file'), '');
    const [finding] = await problems({ stateFolder: path.join(folder, 'file', 'state') });
    expect(finding).toMatchObject({ subject: 'disk' });
    expect(finding?.message).toContain('cannot be written');
  });

  it('names files that everybody may write', async () => {
    const copy = path.join(folder, 'model');
    await mkdir(copy);
    await writeFile(path.join(copy, 'model.json'), '{}');
    await chmod(path.join(copy, 'model.json'), 0o666);
    const configuration = configured({ models: { sorter: { source: { type: 'package', path: copy } } } });
    const found = await problems({ configuration });
    expect(found.find(({ subject }) => subject === 'files')?.message).toContain(
      path.join(copy, 'model.json'),
    );
  });

  it('names a port that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const found = await problems({ configuration: configured({ dashboard: { enabled: true, port } }) });
    server.close();
    expect(found).toMatchObject([
      { subject: 'ports', message: expect.stringContaining(`${port}`) as string },
    ]);
  });

  it('names a topic that the accessControl does not allow', async () => {
    const found = await problems({ configuration: configured({ accessControl: {} }) });
    expect(found.map(({ subject }) => subject)).toContain('permissions');
    expect(
      found.some(({ message }) => message.includes('aws.greengrass#PublishToTopic on mli/predictions/desk')),
    ).toBe(true);
  });

  it('names a nucleus whose socket is gone', async () => {
    const environment = {
      PATH: process.env['PATH'],
      SVCUID: 'token',
      AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT: path.join(folder, 'ipc.socket'),
    };
    const found = await problems({ environment });
    expect(found).toMatchObject([
      { subject: 'nucleus', message: expect.stringContaining('ipc.socket') as string },
    ]);
  });

  it('names a clock that is years back', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2019-01-01T00:00:00Z') });
    const found = await problems({});
    expect(found).toMatchObject([{ subject: 'clock', message: expect.stringContaining('2019') as string }]);
  });
});

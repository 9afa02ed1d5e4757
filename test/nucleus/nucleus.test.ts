import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DevelopmentNucleus } from '../../src/nucleus/index.js';
import { allow, atEnd, eventually, logger, sdkClient, startNucleus } from './fixture.js';
import { RawPeer } from './raw-peer.js';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'mli-test-'));
  atEnd(() => rm(path, { recursive: true, force: true }));
  return path;
}

describe('the socket of the development nucleus', () => {
  it('is for its owner alone, in a folder for its owner alone, and gone after the stop', async () => {
    const nucleus = await startNucleus();
    const path = nucleus.socketPath;
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(path))).mode & 0o777).toBe(0o700);
    await nucleus.stop();
    await expect(stat(dirname(path))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('replaces the one of a nucleus that was killed', async () => {
    const path = join(await folder(), 'ipc.socket');
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('listening'))`;
    const victim = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(victim.stdout, 'data');
    victim.kill('SIGKILL');
    await once(victim, 'exit');
    expect((await stat(path)).isSocket()).toBe(true);
    await startNucleus({ socketPath: path });
  });

  it('is not taken from a nucleus that lives', async () => {
    const { socketPath } = await startNucleus();
    const second = new DevelopmentNucleus({ logger, socketPath });
    await expect(second.start()).rejects.toMatchObject({
      code: 'NUCLEUS_SOCKET_UNUSABLE',
      message: expect.stringContaining('another process') as string,
    });
  });

  it('leaves a file alone that is no socket', async () => {
    const path = join(await folder(), 'precious.txt');
    await writeFile(path, 'x');
    const nucleus = new DevelopmentNucleus({ logger, socketPath: path });
    await expect(nucleus.start()).rejects.toMatchObject({
      message: expect.stringContaining('no socket') as string,
    });
    expect((await stat(path)).size).toBe(1);
  });

  it('has a path that a socket address can hold', async () => {
    const nucleus = new DevelopmentNucleus({ logger, socketPath: `/${'x'.repeat(114)}` });
    await expect(nucleus.start()).rejects.toMatchObject({
      message: expect.stringContaining('115 bytes') as string,
    });
  });
});

describe('a recipe', () => {
  const recipe = {
    RecipeFormatVersion: '2020-01-25',
    ComponentName: 'com.example.Gate',
    ComponentVersion: '1.0.0',
    ComponentConfiguration: { DefaultConfiguration: { rate: 0.5, accessControl: allow(['line1/*']) } },
    Manifests: [],
  };

  it('brings name, configuration and access control', async () => {
    const path = join(await folder(), 'recipe.json');
    await writeFile(path, JSON.stringify(recipe));
    const nucleus = await startNucleus();
    const access = await nucleus.addComponent({ recipe: path, configuration: { rate: 2 } });
    expect(access.name).toBe('com.example.Gate');
    expect(access.environment).toEqual({
      AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT: nucleus.socketPath,
      SVCUID: access.svcuid,
      AWS_IOT_THING_NAME: 'development-thing',
    });
    expect(nucleus.configuration('com.example.Gate')).toMatchObject({ rate: 2 });
    const client = await sdkClient(access);
    await client.publishToTopic({ topic: 'line1/gate', publishMessage: { binaryMessage: { message: 'x' } } });
    await expect(
      client.publishToTopic({ topic: 'line2', publishMessage: { binaryMessage: { message: 'x' } } }),
    ).rejects.toThrow();
  });

  it('is refused with all its problems at once', async () => {
    const path = join(await folder(), 'recipe.json');
    const broken = {
      ...recipe,
      ComponentName: 'not a name',
      ComponentConfiguration: { DefaultConfiguration: { accessControl: { s: { p: { resources: 'x' } } } } },
    };
    await writeFile(path, JSON.stringify(broken));
    const nucleus = await startNucleus();
    const refusal = (await nucleus.addComponent({ recipe: path }).catch((error: unknown) => error)) as Error;
    expect(refusal).toMatchObject({ code: 'RECIPE_INVALID' });
    expect(refusal.message).toMatch(/3 problems/);
    expect(refusal.message).toMatch(/ComponentName/);
    expect(refusal.message).toMatch(/accessControl\.s\.p\.operations/);
    expect(refusal.message).toMatch(/accessControl\.s\.p\.resources/);
  });

  it('is refused when it cannot be read', async () => {
    const nucleus = await startNucleus();
    await expect(nucleus.addComponent({ recipe: '/nowhere/recipe.yaml' })).rejects.toMatchObject({
      code: 'RECIPE_UNREADABLE',
    });
  });
});

describe('the development nucleus', () => {
  it('keeps components, tokens and configurations through a restart', async () => {
    const nucleus = await startNucleus();
    const access = await nucleus.addComponent({ name: 'com.example.A', configuration: { rate: 1 } });
    await nucleus.deploy('com.example.A', { merge: { rate: 2 } });
    const path = nucleus.socketPath;
    await nucleus.restart();
    expect(nucleus.socketPath).toBe(path);
    const client = await sdkClient(access);
    expect((await client.getConfiguration({ keyPath: ['rate'] })).value).toEqual({ rate: 2 });
  });

  it('bounds what waits for a subscriber that does not read, and goes on with the others', async () => {
    const limit = 1024 * 1024;
    const nucleus = await startNucleus({ limits: { maxPendingBytes: limit } });
    const access = await nucleus.addComponent({ name: 'com.example.Slow', accessControl: allow(['a']) });
    const other = await nucleus.addComponent({ name: 'com.example.Quick', accessControl: allow(['a']) });
    const slow = await RawPeer.open(nucleus.socketPath);
    slow.handshake(access.svcuid);
    slow.request(1, 'SubscribeToTopic', { topic: 'a' });
    await eventually(() => slow.received.length).toBe(2);
    slow.socket.pause();
    const client = await sdkClient(other);
    let quick = 0;
    const stream = client.subscribeToTopic({ topic: 'a' });
    stream.on('message', () => (quick += 1));
    await stream.activate();

    const reason = new Promise<string>((resolve) =>
      nucleus.once('disconnected', (event) => resolve(event.reason)),
    );
    const message = Buffer.alloc(6_000);
    let sent = 0;
    while (nucleus.connectionCount('com.example.Slow') > 0 && sent < 2_000) {
      await client.publishToTopic({ topic: 'a', publishMessage: { binaryMessage: { message } } });
      sent += 1;
    }
    expect(await reason).toMatch(/^it does not read: 10\d{5} bytes wait for it$/);
    // 8,000 characters of base64 a message, the limit, and what the kernel holds.
    expect(sent * 8_000).toBeLessThan(2 * limit);
    await eventually(() => quick).toBe(sent);
  });

  it('knows two components apart: tokens, configuration, permissions', async () => {
    const nucleus = await startNucleus();
    const a = await nucleus.addComponent({
      name: 'com.example.A',
      configuration: { own: 'a' },
      accessControl: allow(['a']),
    });
    const b = await nucleus.addComponent({
      name: 'com.example.B',
      configuration: { own: 'b' },
      accessControl: allow(['b']),
    });
    expect(a.svcuid).not.toBe(b.svcuid);
    const [first, second] = [await sdkClient(a), await sdkClient(b)];
    expect((await first.getConfiguration({ keyPath: ['own'] })).value).toEqual({ own: 'a' });
    expect((await second.getConfiguration({ keyPath: ['own'] })).value).toEqual({ own: 'b' });
    await second.updateConfiguration({
      keyPath: [],
      timestamp: new Date(),
      valueToMerge: { own: 'changed' },
    });
    expect(nucleus.configuration('com.example.A')['own']).toBe('a');
    await expect(
      second.publishToTopic({ topic: 'a', publishMessage: { binaryMessage: { message: 'x' } } }),
    ).rejects.toThrow();
    await second.publishToTopic({ topic: 'b', publishMessage: { binaryMessage: { message: 'x' } } });
  });

  it('says which component it does not know', async () => {
    const nucleus = await startNucleus();
    expect(() => nucleus.configuration('com.example.Nobody')).toThrow(
      expect.objectContaining({ code: 'NUCLEUS_COMPONENT_UNKNOWN' }) as Error,
    );
  });
});

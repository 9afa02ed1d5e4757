import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { encodeFrame, FrameDecoder, type Frame } from '../../src/nucleus/frames.js';
import { damage, damageDocument, fuzzRounds, random } from '../fuzz.js';
import { allow, atEnd, eventually, startNucleus } from '../nucleus/fixture.js';

const seconds = fuzzRounds(4);
const client = fileURLToPath(new URL('../../dist/greengrass/index.js', import.meta.url));
const logger = fileURLToPath(new URL('../../dist/logger.js', import.meta.url));

/** Stands between a component and its nucleus, and damages what the nucleus says. */
class DamagingProxy {
  damaged = 0;
  honest = false;
  readonly #next = random(1);
  readonly #sockets = new Set<Socket>();

  async listen(at: string, nucleus: string): Promise<void> {
    const server = createServer((component) => {
      const peer = connect(nucleus);
      const decoder = new FrameDecoder(16 * 1024 * 1024);
      for (const socket of [component, peer]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
      }
      component.pipe(peer);
      component.on('close', () => peer.destroy());
      peer.on('close', () => component.destroy());
      peer.on('data', (chunk: Buffer) => {
        for (const frame of decoder.push(chunk)) component.write(this.#pass(frame));
      });
    }).listen(at);
    await once(server, 'listening');
    atEnd(() => {
      for (const socket of this.#sockets) socket.destroy();
      server.close();
    });
  }

  #pass(frame: Frame): Uint8Array {
    const next = this.#next;
    if (this.honest || next() < 0.7) return encodeFrame(frame);
    this.damaged++;
    const kind = next();
    if (kind < 0.2) return damage(encodeFrame(frame), next);
    if (kind < 0.4) return encodeFrame({ ...frame, payload: damage(Buffer.from(frame.payload), next) });
    if (kind < 0.5) return encodeFrame({ ...frame, type: Math.floor(next() * 10) });
    if (kind < 0.6) return encodeFrame({ ...frame, flags: Math.floor(next() * 4) });
    if (kind < 0.7) return encodeFrame({ ...frame, streamId: Math.floor(next() * 20) });
    if (kind < 0.8) return encodeFrame({ ...frame, headers: {} });
    const document: unknown =
      frame.payload.length > 0 ? JSON.parse(Buffer.from(frame.payload).toString()) : {};
    return encodeFrame({
      ...frame,
      payload: Buffer.from(JSON.stringify(damageDocument(document, next, 0.2))),
    });
  }
}

/** Uses its nucleus as a component does, until its standard input ends; then proves that it still can. */
const program = `
  import { createGreengrassClient } from ${JSON.stringify(client)};
  import { createLogger } from ${JSON.stringify(logger)};
  const client = createGreengrassClient({
    logger: createLogger({ name: 'child', level: 'silent' }),
    callTimeoutMs: 300, connectTimeoutMs: 500, heartbeatMs: 500, renewMs: 700,
    reconnect: { initialMs: 10, maxMs: 50 }, resubscribe: { initialMs: 10, maxMs: 50 },
  });
  let received = 0, done = 0, refused = 0, over = false;
  process.stdin.on('end', () => (over = true)).resume();
  void client.connect().catch(() => undefined);
  const attempt = async (work) => { try { await work(); done++; } catch { refused++; } };
  void client.subscribe('news', () => received++).catch(() => undefined);
  while (!over) {
    await attempt(() => client.publish('news', 'x'));
    await attempt(() => client.getConfiguration());
    await attempt(() => client.publishToIotCore('cloud', 'x', 1));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const before = received;
  for (let tries = 0; tries < 400 && received === before; tries++) {
    await attempt(() => client.publish('news', 'y'));
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const { rss } = process.memoryUsage();
  console.log(JSON.stringify({ again: received > before, done, refused, megabytes: Math.round(rss / 1e6) }));
  await client.close();
`;

it(
  'a client whose nucleus says what makes no sense neither crashes nor hangs, and works on',
  { timeout: 60_000 },
  async () => {
    const nucleus = await startNucleus();
    const { environment } = await nucleus.addComponent({
      name: 'com.example.Child',
      accessControl: allow(['*'], ['*']),
    });
    const folder = await mkdtemp(path.join(tmpdir(), 'mli-ipc-'));
    atEnd(() => rm(folder, { recursive: true }));
    const proxy = new DamagingProxy();
    const socket = path.join(folder, 'ipc.socket');
    await proxy.listen(socket, nucleus.socketPath);
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      env: { ...process.env, ...environment, AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT: socket },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    atEnd(() => void child.kill('SIGKILL'));
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
    const exit = once(child, 'close');
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    proxy.honest = true;
    child.stdin.end();
    const [code, signal] = (await exit) as [number | null, string | null];
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    await eventually(() => lines.length).toBe(1);
    const report = JSON.parse(lines[0] ?? '{}') as Record<string, number | boolean>;
    expect(report['again']).toBe(true);
    expect(report['done']).toBeGreaterThan(20);
    expect(report['refused']).toBeGreaterThan(20);
    expect(report['megabytes']).toBeLessThan(200);
    expect(proxy.damaged).toBeGreaterThan(50);
  },
);

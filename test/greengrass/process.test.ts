import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allow, atEnd, delay, eventually, startNucleus } from '../nucleus/fixture.js';

const output = resolve('test/output/greengrass-process');

/** The client as JavaScript, so that plain Node runs it: what vitest itself keeps alive would hide the answer. */
beforeAll(async () => {
  for (const folder of ['src/greengrass', 'src/errors', 'src/logger.ts', 'src/backoff.ts']) {
    const names = folder.endsWith('.ts')
      ? ['']
      : (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ts'));
    for (const name of names) {
      const source = await readFile(join(folder, name), 'utf8');
      const target = join(output, folder, name).replace(/\.ts$/, '.js');
      const { outputText } = ts.transpileModule(source, {
        compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
      });
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, outputText);
    }
  }
});
afterAll(() => rm(output, { recursive: true, force: true }));

/** Runs a program with `client` made and the SDK not yet loaded; resolves with its lines and exit code. */
async function run(program: string, environment: Readonly<Record<string, string>>) {
  const head = `
    import { createGreengrassClient } from './src/greengrass/index.js';
    import { createLogger } from './src/logger.js';
    const client = createGreengrassClient({ logger: createLogger({ name: 'child', level: 'silent' }) });
    const sdkLoaded = () => process.report.getReport().sharedObjects.some((path) => path.includes('aws-crt'));
  `;
  await writeFile(join(output, 'program.mjs'), head + program);
  const child = spawn(process.execPath, [join(output, 'program.mjs')], {
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  atEnd(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  // Not 'exit': what it printed last may still be on its way then.
  const exit = once(child, 'close').then(([code]) => code as number | null);
  return { child, lines, exit };
}

async function access() {
  const nucleus = await startNucleus();
  return nucleus.addComponent({ name: 'com.example.Child', accessControl: allow(['*']) });
}

describe('a process with a client', () => {
  it('loads the SDK with the connection, not with the module', async () => {
    const { environment } = await access();
    const { lines, exit } = await run(
      `console.log(sdkLoaded()); await client.connect(); console.log(sdkLoaded()); await client.close();`,
      environment,
    );
    expect(await exit).toBe(0);
    expect(lines).toEqual(['false', 'true']);
  });

  it('lives while the client is open and ends by itself when it is closed', async () => {
    const { environment } = await access();
    const { child, lines, exit } = await run(
      `await client.connect();
       await client.subscribe('a', () => undefined);
       await client.publish('a', 'x');
       console.log('open');
       process.once('SIGUSR2', () => void client.close());`,
      environment,
    );
    await eventually(() => lines).toContain('open');
    await delay(500);
    expect(child.exitCode).toBeNull();
    child.kill('SIGUSR2');
    expect(await exit).toBe(0);
  });

  it('ends by itself when the client is closed while it waits for a nucleus', async () => {
    const environment = {
      AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT: '/nowhere/ipc.socket',
      SVCUID: 'x',
    };
    const { lines, exit } = await run(
      `setTimeout(() => void client.close(), 300);
       await client.connect().catch((error) => console.log(error.code));`,
      environment,
    );
    expect(await exit).toBe(0);
    expect(lines).toEqual(['IPC_CLOSED']);
  });

  it('ends by itself when the client is closed although the nucleus does not read any more', async () => {
    const nucleus = await startNucleus();
    const { environment } = await nucleus.addComponent({
      name: 'com.example.Child',
      accessControl: allow(['*']),
    });
    const { child, lines, exit } = await run(
      `await client.connect();
       await client.subscribe('a', () => undefined);
       process.once('SIGUSR2', async () => {
         const publish = () => client.publish('a', Buffer.alloc(7_000), { timeoutMs: 200 });
         await Promise.allSettled(Array.from({ length: 60 }, publish));
         await client.close();
         console.log('closed');
       });
       console.log('open');`,
      environment,
    );
    await eventually(() => lines).toContain('open');
    nucleus.faults.hang();
    child.kill('SIGUSR2');
    expect(await exit).toBe(0);
    expect(lines).toEqual(['open', 'closed']);
  });

  it('survives a nucleus that goes away under load, again and again', { timeout: 60_000 }, async () => {
    const nucleus = await startNucleus();
    const { environment } = await nucleus.addComponent({
      name: 'com.example.Child',
      accessControl: allow(['*']),
    });
    const { child, lines, exit } = await run(
      `client.on('connected', () => console.log('connected'));
       client.on('reconnected', () => console.log('connected'));
       let open = true;
       process.once('SIGUSR2', () => { open = false; void client.close(); });
       const publish = async () => {
         while (open) {
           try {
             await client.publish('a', Buffer.alloc(2_000));
           } catch {
             await new Promise((resolve) => setTimeout(resolve, 2));
           }
         }
       };
       await client.connect();
       for (let loop = 0; loop < 8; loop += 1) void publish();`,
      environment,
    );
    for (let restart = 1; restart <= 15; restart += 1) {
      await eventually(() => lines.length).toBe(restart);
      await delay(50);
      await nucleus.restart(20);
    }
    expect(child.exitCode).toBeNull();
    child.kill('SIGUSR2');
    expect(await exit).toBe(0);
  });
});

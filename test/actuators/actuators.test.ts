import { chmod, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ActionLane, createActuator, type ActionCounters, type Occasion } from '../../src/actuators/index.js';
import { actionSchema, actuatorsSchema } from '../../src/config/action.js';
import { createLogger } from '../../src/logger.js';

const occasion: Occasion = {
  rule: 'open',
  label: 'glass',
  confidence: 0.9,
  id: 'abc-1',
  takeEvidence: async () => ({
    body: Buffer.from('a picture'),
    contentType: 'image/jpeg',
    extension: 'jpg',
    capturedAt: '2026-01-02T03:04:05.678Z',
  }),
};

let folder: string;
let server: Server | undefined;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mli-actuators-'));
});
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  delete process.env['MLI_GPIOSET'];
  await rm(folder, { recursive: true });
});

type Publish = (topic: string, payload: string) => Promise<void>;

function laneOf(action: object, allowed: object = {}, publish: Publish = () => Promise.resolve()) {
  const config = actionSchema.parse(action);
  const actuators = actuatorsSchema.parse(allowed);
  const uploads: object[] = [];
  const failures: string[] = [];
  const counters: ActionCounters = { done: 0, failed: 0, dropped: 0, limited: 0, dryRun: 0, failSafe: 0 };
  const logger = createLogger({ name: 'actuators', level: 'silent' });
  const actuator = createActuator(config, {
    names: { thingName: 'press-4', pipeline: 'belt-1' },
    allowed: actuators,
    publish,
    publishToIotCore: publish,
    fillIn: (text) => text.replaceAll('{pipeline}', 'belt-1'),
    upload: async (item) => void uploads.push(item),
    logger,
  });
  const lane = new ActionLane(config, actuator, {
    counters,
    dryRun: actuators.dryRun,
    logger,
    onOutcome: (_rule, _type, _summary, failure) => {
      if (failure !== undefined) failures.push(failure);
    },
  });
  return { lane, actuator, counters, failures, uploads };
}

const listen = async (listener: RequestListener): Promise<string> => {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

describe('a command', () => {
  const program = async (text: string) => {
    const file = path.join(folder, 'program');
    await writeFile(file, `#!/bin/sh\n${text}\n`);
    await chmod(file, 0o755);
    return file;
  };

  it('gets its arguments as they are, without a shell, and nothing secret in its environment', async () => {
    const file = await program(`printf '%s\\n' "$@" > ${folder}/args; env > ${folder}/env`);
    process.env['SVCUID'] = 'secret';
    const { lane, counters } = laneOf(
      { type: 'command', run: [file, '{label}', '$(touch x); a b', '{confidence}'] },
      { commands: [file] },
    );
    await lane.fire({ ...occasion, label: 'glass; rm -rf' });
    delete process.env['SVCUID'];
    expect(counters.done).toBe(1);
    expect(await readFile(`${folder}/args`, 'utf8')).toBe('glass; rm -rf\n$(touch x); a b\n0.900\n');
    expect(await readFile(`${folder}/env`, 'utf8')).not.toContain('secret');
  });

  it('that is not allowed, fails or hangs is counted with its reason, and what it started ends with it', async () => {
    const hanging = await program(`sleep 60 & echo $! > ${folder}/pid; wait`);
    const denied = laneOf({ type: 'command', run: [hanging] });
    await denied.lane.fire(occasion);
    expect(denied.failures[0]).toContain('not in actuators.commands');
    const hung = laneOf({ type: 'command', run: [hanging], timeoutSeconds: 1 }, { commands: [hanging] });
    await hung.lane.fire(occasion);
    expect(hung.failures[0]).toContain('too long');
    const pid = Number(await readFile(`${folder}/pid`, 'utf8'));
    await sleep(200);
    expect(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ' Z ')).toMatch(/ Z /);
    const failing = await program('echo no paper >&2; exit 3');
    const failed = laneOf({ type: 'command', run: [failing] }, { commands: [failing] });
    await failed.lane.fire(occasion);
    expect(failed.failures[0]).toContain('code 3: no paper');
    expect([denied, hung, failed].map(({ counters }) => counters.failed)).toEqual([1, 1, 1]);
  });
});

describe('an http action', () => {
  it('is repeated with the same key after 503, and then done', async () => {
    const keys: unknown[] = [];
    const url = await listen((request, response) => {
      keys.push(request.headers['idempotency-key']);
      response.writeHead(keys.length < 3 ? 503 : 204).end();
    });
    const { lane, counters } = laneOf({ type: 'http', url, retries: 2 });
    await lane.fire(occasion);
    expect(counters).toMatchObject({ done: 1, failed: 0 });
    expect(keys).toEqual(['abc-1/open', 'abc-1/open', 'abc-1/open']);
  });

  it('follows no redirect, and does not repeat what is refused', async () => {
    let requests = 0;
    const url = await listen((_request, response) => {
      requests++;
      response.writeHead(302, { location: 'http://example.com/' }).end();
    });
    const { lane, failures } = laneOf({ type: 'http', url });
    await lane.fire(occasion);
    expect(failures[0]).toContain('redirects');
    expect(requests).toBe(1);
  });

  it('goes to this machine and to hosts of the allow-list only, and ends in time', async () => {
    const elsewhere = laneOf({ type: 'http', url: 'http://169.254.169.254/latest' });
    await elsewhere.lane.fire(occasion);
    expect(elsewhere.failures[0]).toContain('not in actuators.hosts');
    const url = await listen(() => undefined);
    const { lane, failures } = laneOf({ type: 'http', url, timeoutSeconds: 0.3 });
    await lane.fire(occasion);
    expect(failures[0]).toMatch(/in time|too long/);
  });
});

describe('a GPIO line', () => {
  const calls = async () =>
    (await readFile(path.join(folder, 'calls'), 'utf8').catch(() => '')).trim().split('\n');
  const withFake = async (version: string) => {
    const tool = path.join(folder, 'gpioset');
    const text = await readFile('test/actuators/fake_gpioset.sh', 'utf8');
    await writeFile(tool, text.replace('1.6.3', version));
    await chmod(tool, 0o755);
    process.env['MLI_GPIOSET'] = tool;
  };

  it.each([
    ['1.6.3', '--mode=wait gpiochip0 17='],
    ['2.1.3', '--interactive --chip gpiochip0 17='],
  ])('is held while the rule holds, by gpioset %s', async (version, args) => {
    await withFake(version);
    const { lane, counters } = laneOf({ type: 'gpio', line: 17, failSafe: { do: 0 } });
    await lane.fire(occasion);
    expect(await calls()).toEqual([`set ${args}1`]);
    await lane.release();
    expect(await calls()).toEqual([`set ${args}1`, `released ${args}1`, `set ${args}0`]);
    await lane.fire(occasion);
    await lane.failSafe('crash');
    await lane.close();
    await sleep(300);
    expect((await calls()).slice(-2)).toEqual([`set ${args}0`, `released ${args}0`]);
    expect(counters).toMatchObject({ done: 2, failed: 0, failSafe: 1 });
  });

  it('is simulated where there is no chip, and says so', async () => {
    const { lane, actuator, counters } = laneOf({ type: 'gpio', chip: 'gpiochip99', line: 3 });
    await lane.fire(occasion);
    expect(actuator.summary).toBe('simulated gpiochip99 line 3');
    expect(counters.done).toBe(1);
  });
});

describe('a picture', () => {
  it('is kept in a folder within its limits; what is not ours stays', async () => {
    await writeFile(path.join(folder, 'notes.txt'), 'mine');
    const { lane } = laneOf({ type: 'snapshot', folder, maxFiles: 2, maxAgeDays: 1 });
    for (const n of [1, 2, 3]) {
      await lane.fire({ ...occasion, id: `abc-${n}` });
    }
    const kept = (await readdir(folder)).sort();
    expect(kept).toEqual([
      '2026-01-02T03-04-05-678Z-belt-1-glass-abc-2.jpg',
      '2026-01-02T03-04-05-678Z-belt-1-glass-abc-3.jpg',
      'notes.txt',
    ]);
    await utimes(path.join(folder, kept[0] ?? ''), new Date(0), new Date(0));
    await lane.fire({ ...occasion, id: 'abc-4' });
    expect((await readdir(folder)).filter((name) => name.includes('abc-2'))).toEqual([]);
  });

  it('stays although the clock was set back: the order is that of the results', async () => {
    const { lane } = laneOf({ type: 'snapshot', folder, maxFiles: 2 });
    const at = (capturedAt: string, id: string): Occasion => ({
      ...occasion,
      id,
      takeEvidence: async () => ({
        body: Buffer.from('a picture'),
        contentType: 'image/jpeg',
        extension: 'jpg',
        capturedAt,
      }),
    });
    await lane.fire(at('2026-01-02T03:04:05.678Z', 'earlier-900'));
    await lane.fire(at('2026-01-03T03:04:05.678Z', 'abc-9'));
    await lane.fire(at('2026-01-02T03:04:06.678Z', 'abc-10'));
    await lane.fire(at('2026-01-02T03:04:07.678Z', 'abc-11'));
    const kept = (await readdir(folder)).sort();
    expect(kept.map((name) => /-(\d+)\.jpg$/.exec(name)?.[1])).toEqual(['10', '11']);
  });

  it('is kept although another lane on the folder removes a file meanwhile', async () => {
    // Listed, and gone when it is looked at.
    await symlink('gone', path.join(folder, '2026-01-02T03-04-05-678Z-belt-1-glass-abc-0.jpg'));
    const { lane, counters, failures } = laneOf({ type: 'snapshot', folder });
    await lane.fire(occasion);
    expect(failures).toEqual([]);
    expect(counters).toMatchObject({ done: 1, failed: 0 });
  });

  it('goes to the spool under the prefix, the day and the id', async () => {
    const { lane, uploads } = laneOf({ type: 'upload', bucket: 'samples', prefix: 'feedback/{pipeline}/' });
    await lane.fire(occasion);
    expect(uploads).toMatchObject([{ bucket: 'samples', key: 'feedback/belt-1/2026-01-02/abc-1.jpg' }]);
  });
});

describe('an action', () => {
  it('that hangs is given up, delays no other, and what piles up behind it is dropped and counted', async () => {
    const never = () => new Promise<void>(() => undefined);
    const hanging = laneOf({ type: 'topic', topic: 'a', message: 1, timeoutSeconds: 0.3 }, {}, never);
    const other = laneOf({ type: 'topic', topic: 'b', message: 1 });
    const firing = Array.from({ length: 12 }, () => hanging.lane.fire(occasion));
    await other.lane.fire(occasion);
    expect(other.counters.done).toBe(1);
    await Promise.all(firing);
    expect(hanging.counters).toMatchObject({ done: 0, failed: 8, dropped: 4 });
  });

  it('keeps its least interval, and is only said in a dry run', async () => {
    const { lane, counters } = laneOf({ type: 'topic', topic: 'a', message: 1, minIntervalSeconds: 60 });
    await Promise.all([lane.fire(occasion), lane.fire(occasion), lane.fire(occasion)]);
    expect(counters).toMatchObject({ done: 1, limited: 2 });
    const dry = laneOf({ type: 'topic', topic: 'a', message: 1 }, { dryRun: true }, () => {
      throw new Error('it was done');
    });
    await dry.lane.fire(occasion);
    expect(dry.counters).toMatchObject({ done: 0, dryRun: 1 });
  });

  it('goes into its fail-safe state once, even while it hangs, and leaves it with the next time', async () => {
    const sent: string[] = [];
    const publish = async (_topic: string, payload: string) => {
      sent.push(payload);
      if (payload === '"open"') await new Promise(() => undefined);
    };
    const action = { type: 'topic', topic: 'a', message: 'open', failSafe: { do: 'closed' } };
    const { lane, counters } = laneOf(action, {}, publish);
    const waiting = [lane.fire(occasion), lane.fire(occasion)];
    await sleep(20);
    await lane.failSafe('crash');
    await lane.failSafe('stop');
    await Promise.all(waiting);
    expect(sent).toEqual(['"open"', '"closed"']);
    void lane.fire(occasion);
    await sleep(20);
    await lane.failSafe('lostSource');
    expect(sent).toEqual(['"open"', '"closed"', '"open"', '"closed"']);
    expect(counters.failSafe).toBe(2);
  });
});

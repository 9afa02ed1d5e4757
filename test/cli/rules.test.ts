import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const run = promisify(execFile);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mli-rules-'));
});
afterAll(() => rm(folder, { recursive: true }));

const line = (second: number, label: string, pipeline = 'belt-1') =>
  JSON.stringify({
    id: `x-${second}`,
    pipeline,
    frame: { id: second, capturedAt: `2026-05-01T12:00:0${second}.000Z` },
    predictions: [{ label, confidence: 0.9 }],
  });

async function files(...lines: string[]): Promise<string[]> {
  const config = path.join(folder, 'rules.yaml');
  await writeFile(
    config,
    `models: { m: { source: { type: package, path: ./m } } }
pipelines:
  belt-1:
    source: { type: images, path: ./p }
    model: m
    rules:
      - name: open
        when: { label: glass, frames: { count: 2, within: 3 } }
        do: [{ type: topic, topic: gate, message: 1 }]
        cooldownSeconds: 3
`,
  );
  const recording = path.join(folder, 'recorded.jsonl');
  await writeFile(recording, lines.join('\n'));
  return ['dist/main.js', 'rules', 'test', config, recording];
}

it('a replay says when a rule would have fired, and why', async () => {
  const args = await files(
    ...['glass', 'glass', 'glass', 'glass', 'paper', 'glass'].map((label, n) => line(n, label)),
  );
  const { stdout } = await run(process.execPath, args);
  expect(stdout).toContain(
    '2026-05-01T12:00:01.000Z  belt-1  #1  open: glass at 0.90, in 2 of the last 2 frames (2 of 3 wanted) → topic',
  );
  expect(stdout).toContain('6 results, 2 times a rule would have fired');
  const { stdout: json } = await run(process.execPath, [...args, '--json']);
  const fired = json
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as { frame: number });
  expect(fired.map(({ frame }) => frame)).toEqual([1, 5]);
});

it('a replay refuses a line that is no result by its number, and names a pipeline that is not configured', async () => {
  const broken = await files(line(0, 'glass'), '{"id": 3}');
  await expect(run(process.execPath, broken)).rejects.toMatchObject({
    stderr: expect.stringContaining('Line 2') as unknown,
  });
  const { stderr } = await run(process.execPath, await files(line(0, 'glass', 'belt-9')));
  expect(stderr).toContain('no pipeline belt-9');
});

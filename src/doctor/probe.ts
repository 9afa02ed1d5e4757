import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { DlrSpec } from '../pipeline/spec.js';
import type { PackageRequest } from '../models/index.js';

/** What is tried in a process of its own. */
export type ProbeRequest =
  | { readonly type: 'addon' }
  | { readonly type: 'libdlr'; readonly library?: string | undefined; readonly sha256?: string | undefined }
  | { readonly type: 'opencv' }
  | { readonly type: 'model'; readonly model: PackageRequest; readonly dlr: DlrSpec };

export type ProbeReply = { readonly ok: string } | { readonly message: string; readonly remedy?: string };

const entry = fileURLToPath(new URL('../../dist/doctor/probe-process.js', import.meta.url));
const limitMs = 60_000;

/** Why a probe failed, with what to do about it. */
export class ProbeFailure extends Error {
  readonly remedy: string | undefined;

  constructor(message: string, remedy: string | undefined) {
    super(message);
    this.remedy = remedy;
  }
}

/** @returns what it found, for people. @throws ProbeFailure */
export async function probe(request: ProbeRequest): Promise<string> {
  const child = fork(entry, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
  let reply: ProbeReply | undefined;
  child.on('message', (message: ProbeReply) => (reply = message));
  child.send(request);
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  clearTimeout(timer);
  if (!reply)
    throw new ProbeFailure(
      `The process that tried it ended with ${signal ?? `code ${String(code)}`} and no word.`,
      'It is native code that does not work on this machine: install the product again, or the model for this CPU.',
    );
  if ('ok' in reply) return reply.ok;
  throw new ProbeFailure(reply.message, reply.remedy);
}

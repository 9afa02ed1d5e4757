import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { EdgeError } from '../../errors/index.js';
import { runLogged } from './process.js';
import { compilerEnvironment } from './variables.js';

/** The programs and the lists of their packages; they come with the product. */
export const compilersFolder = fileURLToPath(new URL('../../../training/compilers/', import.meta.url));

export interface ProgramCall {
  /** Interpreter of the program's environment. */
  readonly python: string;
  /** File in the folder of the compilers: `mxnet_model.py`. */
  readonly program: string;
  readonly request: { readonly action: string; readonly [key: string]: unknown };
  /** Folder of this call's files; it is made. */
  readonly work: string;
  readonly log: string;
  /** For messages. */
  readonly model: string;
  readonly framework: string;
  readonly progress: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

const axes = z.array(z.number());
const refusal = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('operators'), operators: z.array(z.string()), by: z.string() }),
  z.object({ kind: z.literal('model'), reason: z.string() }),
  z.object({ kind: z.literal('external'), files: z.array(z.string()) }),
  z.object({ kind: z.literal('shape'), input: z.string(), declared: axes, given: axes.nullable() }),
]);

/**
 * Runs one of the Python programs and reads its answer.
 * @throws EdgeError COMPILE_OPERATOR_UNSUPPORTED, COMPILE_MODEL_INVALID, COMPILE_SHAPE_*, COMPILE_EXTERNAL_DATA_MISSING,
 *   COMPILE_PROGRAM_FAILED
 */
export async function runProgram<T>(call: ProgramCall, answerSchema: z.ZodType<T>): Promise<T> {
  const { work, request, program, log } = call;
  await mkdir(work, { recursive: true });
  await mkdir(path.dirname(log), { recursive: true });
  const requestFile = path.join(work, `${request.action}-request.json`);
  const answerFile = path.join(work, `${request.action}-answer.json`);
  await writeFile(requestFile, JSON.stringify(request));
  const ending = await runLogged({
    command: call.python,
    args: [path.join(compilersFolder, program), requestFile, answerFile],
    env: compilerEnvironment(),
    log,
    signal: call.signal,
    onLine: (line) => {
      const text = /^progress: (.*)/.exec(line)?.[1];
      if (text !== undefined) call.progress(text);
    },
  });
  if (!ending.ok) {
    const reason = `${ending.how}${ending.lastLines.length > 0 ? `, ${ending.lastLines.at(-1) ?? ''}` : ''}`;
    throw new EdgeError('COMPILE_PROGRAM_FAILED', { program, reason, log });
  }
  const answer = JSON.parse(await readFile(answerFile, 'utf8')) as { refused?: unknown };
  if (answer.refused !== undefined) throw toEdgeError(refusal.parse(answer.refused), call);
  return answerSchema.parse(answer);
}

function toEdgeError(refused: z.output<typeof refusal>, { model, framework }: ProgramCall): EdgeError {
  switch (refused.kind) {
    case 'operators':
      return new EdgeError('COMPILE_OPERATOR_UNSUPPORTED', {
        path: model,
        operators: refused.operators,
        by: refused.by,
      });
    case 'model':
      return new EdgeError('COMPILE_MODEL_INVALID', { path: model, framework, reason: refused.reason });
    case 'external':
      return new EdgeError('COMPILE_EXTERNAL_DATA_MISSING', { path: model, files: refused.files });
    case 'shape': {
      const { input, declared, given } = refused;
      return given === null
        ? new EdgeError('COMPILE_SHAPE_NEEDED', { path: model, input, declared })
        : new EdgeError('COMPILE_SHAPE_MISMATCH', { path: model, input, declared, given });
    }
  }
}

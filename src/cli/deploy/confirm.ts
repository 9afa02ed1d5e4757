import { createInterface } from 'node:readline/promises';
import { EdgeError } from '../../errors/index.js';

/** @throws EdgeError DEPLOY_UNCONFIRMED where nobody can be asked, DEPLOY_DECLINED where the answer is not yes */
export async function confirm(question: string): Promise<void> {
  if (!process.stdin.isTTY) throw new EdgeError('DEPLOY_UNCONFIRMED', {});
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(`\n${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new EdgeError('DEPLOY_DECLINED', {});
  } finally {
    terminal.close();
  }
}

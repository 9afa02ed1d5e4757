import { parseArgs } from 'node:util';
import { CASES } from './cases.mjs';

const NAMES = CASES.map(({ name }) => name);
const NAME_WIDTH = Math.max(...NAMES.map((name) => name.length));

export const HELP = `Usage: npm run bench -- [options]

Measures this checkout on this machine. Figures of a busy machine mean little; what is compared is measured in turn in one
run, so that ratios hold. Nothing here passes or fails by a time.

  --case NAME,...  these cases alone, in their usual order
  --json           an array of {case, subject, peer, unit, median, p95, peerMedian, ratio} instead of tables
  --seconds N      length of the case tick, and of each measurement of many-pipelines (default: 60)
  --help           this text

Cases:
${CASES.map(({ name, title }) => `  ${name.padEnd(NAME_WIDTH)}  ${title}`).join('\n')}
`;

/**
 * @typedef {{ help: boolean, json: boolean, seconds: number, cases: import('./cases.mjs').BenchCase[] }} BenchOptions
 * @param {readonly string[]} argv without node and the script
 * @returns {BenchOptions}
 * @throws {Error} that names the argument, the rule and the choices
 */
export function readOptions(argv) {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      case: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '60' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const wanted = values.case.flatMap((list) => list.split(','));
  const unknown = wanted.find((name) => !NAMES.includes(name));
  if (unknown !== undefined)
    throw new Error(`--case names “${unknown}”, expected some of ${NAMES.join(', ')}`);
  const seconds = Number(values.seconds);
  if (!Number.isInteger(seconds) || seconds < 2)
    throw new Error(`--seconds is “${values.seconds}”, expected a whole number of at least 2`);
  const cases = CASES.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  return { help: values.help, json: values.json, seconds, cases };
}

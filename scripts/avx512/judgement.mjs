import { SetupFailure } from '../setup/failure.mjs';
import { INSTRUCTIONS_PER_SECOND } from './emulated-machine.mjs';

/** The target that is to be proved. */
const TARGET = 'dlr-x64-avx512';
/** What the picture of the step "infer" shows. */
const SHOWN = 'glass';

/**
 * Judges what the steps printed.
 * @param {Map<string, { lines: string[], code?: number }>} results by step
 * @param {readonly string[]} steps that were asked for
 * @param {{ targets: { name: string, path: string, platform?: { cpuFeatures?: string[] } }[], golden: unknown[] }} manifest
 * @param {Map<string, string>} [checksums] by target: of the outputs on this machine's own processor, for those that run on it
 * @returns {string[]} what was seen, a line each
 * @throws {SetupFailure} where it is not what it should be, with the step's own words
 */
export function judge(results, steps, manifest, checksums = new Map()) {
  const ended = (name) => {
    const result = results.get(name);
    if (result?.code === 0) return result.lines;
    throw new SetupFailure(`${name} ended with code ${result?.code} in the emulated machine`, {
      tail: result?.lines.slice(-14),
    });
  };
  const judges = { count, verify, explain, infer };
  return [
    ...processor(ended, manifest),
    ...steps.flatMap((step) => judges[step](ended, manifest, checksums)),
  ];
}

function processor(ended, { targets }) {
  const flags = ended('processor').join(' ').split(/\s+/);
  const needs = targets.find(({ name }) => name === TARGET).platform.cpuFeatures;
  const missing = needs.filter((feature) => !flags.includes(feature));
  if (missing.length > 0)
    throw new SetupFailure(`the emulated processor has no ${missing.join(', ')}`, {
      remedy: 'choose another with --processor',
    });
  return [`processor  has ${needs.filter((feature) => feature.startsWith('avx512')).join(', ')}`];
}

/** Instructions of one inference, as the machine's clock is its count of instructions; and whether it computes like a real processor. */
function count(ended, { targets }, checksums) {
  const counted = targets.filter(({ runtime }) => runtime === 'dlr');
  return counted.map(({ name }) => {
    const { latenciesMs, checksum } = lastObject(ended(`count:${name}`));
    const millions = (latenciesMs.at(-1) * INSTRUCTIONS_PER_SECOND) / 1e9;
    const here = checksums.get(name);
    if (here !== undefined && here !== checksum)
      throw new SetupFailure(
        `${name} computes other bits in the emulated machine (${checksum}) than on this one (${here})`,
        { remedy: 'try another --processor: either the emulator or the artifact is wrong' },
      );
    return `count      ${name}: ${millions.toFixed(1)} million instructions an inference, ${here === undefined ? `outputs ${checksum}` : 'the same bits as on this machine'}`;
  });
}

function verify(ended, { golden }) {
  const { targets } = lastObject(ended('verify'));
  const lines = targets.map(({ target, outcome, reason, golden: passed }) => {
    const text = passed
      ? `${passed.samples} golden samples, at most ${passed.difference.toExponential(1)} apart`
      : reason;
    return `verify     ${target}: ${outcome}, ${text}`;
  });
  const proved = targets.find(({ target }) => target === TARGET);
  if (proved?.outcome !== 'good' || proved.golden?.samples !== golden.length)
    throw new SetupFailure(`${TARGET} did not pass its ${golden.length} golden samples`, { tail: lines });
  return lines;
}

function explain(ended) {
  const { steps, chosen } = lastObject(ended('explain'));
  const lines = steps.map(
    ({ target, outcome, reason, medianMs, runs }) =>
      `explain    ${target}: ${outcome}, ${medianMs === undefined ? reason : `${medianMs.toFixed(0)} ms of the emulated clock, median of ${runs} runs`}`,
  );
  if (steps.find(({ target }) => target === TARGET)?.outcome !== 'good' || chosen === undefined)
    throw new SetupFailure(`${TARGET} was not among those to choose from`, { tail: lines });
  return [...lines, `explain    chosen: ${chosen.target}, ${chosen.because}`];
}

function infer(ended) {
  const { model, predictions } = lastObject(ended('infer'));
  const [{ label, confidence }] = predictions;
  if (label !== SHOWN)
    throw new SetupFailure(`the picture shows ${SHOWN}, and ${model.target} takes it for ${label}`, {
      tail: [JSON.stringify(predictions)],
    });
  return [`infer      ${label} ${confidence.toFixed(3)}, by ${model.target}`];
}

/** The JSON among what libraries print. */
const lastObject = (lines) => JSON.parse(lines.findLast((line) => line.startsWith('{')));

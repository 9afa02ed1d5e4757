import type { EngineInfo } from '../engines/index.js';
import { isGood } from '../pipeline/golden-difference.js';
import type { TensorInfo } from '../types.js';
import type { ProbeJob, ProbeReport } from './messages.js';
import { quantile, race, type RaceLimits } from './race.js';
import { TargetProbe } from './target-probe.js';

/** A target that may be tried. */
export interface WalkCandidate {
  readonly target: string;
  readonly runtime: 'dlr' | 'onnx';
  readonly job: ProbeJob;
}

/** What became of a target. */
export interface WalkStep {
  readonly target: string;
  readonly runtime: 'dlr' | 'onnx';
  /** `unfit`: not tried; `failed`: did not load, or computes something else; `good`: right, and as fast as it says. */
  readonly outcome: 'unfit' | 'failed' | 'good';
  readonly reason?: string;
  readonly code?: string;
  /** What runs it: `tvm` in DLR 1.6.0. */
  readonly backend?: string;
  readonly runtimeVersion?: string;
  /** What the model declares: `data float32[1, 3, 16, 16] → output0 float32[1, 4]`. */
  readonly signature?: string;
  readonly loadMs?: number;
  /** Golden samples that it passed, and the largest difference of a raw output among them. */
  readonly golden?: { readonly samples: number; readonly difference: number };
  /** Of one inference on this machine; a tenth of the runs took at most `quickMs`. */
  readonly quickMs?: number;
  readonly medianMs?: number;
  readonly p95Ms?: number;
  readonly runs?: number;
}

/** Enough to tell which of two is faster by more than the noise, and over in one or two seconds. */
export const shortRace: RaceLimits = { warmUp: 4, rounds: 8, runsARound: 4, budgetMs: 1_500 };

export interface WalkOptions {
  /** @default shortRace */
  readonly limits?: RaceLimits;
  /** Whether to measure those that are right: where there are several, even one that is alone, or not at all. @default 'several' */
  readonly measure?: 'several' | 'always' | 'never';
  readonly signal?: AbortSignal;
  /** @default the probe's own; tests give a fake */
  readonly entry?: string;
}

/**
 * Tries the candidates, each in a process of its own, all at once; then measures those that are right against each other.
 * @returns a step for each, in their order
 * @throws the reason of the signal
 */
export async function walk(
  candidates: readonly WalkCandidate[],
  options: WalkOptions = {},
): Promise<WalkStep[]> {
  const { limits = shortRace, measure = 'several', signal, entry } = options;
  const probes = candidates.map(() => new TargetProbe(entry));
  const close = () => probes.forEach((probe) => probe.close());
  signal?.addEventListener('abort', close, { once: true });
  try {
    const steps = await Promise.all(
      candidates.map((candidate, index) => tryOne(candidate, probes[index] as TargetProbe)),
    );
    const good = steps.flatMap((step, index) => (step.outcome === 'good' ? [index] : []));
    const fewest = { several: 2, always: 1, never: Infinity }[measure];
    if (good.length >= fewest) {
      const results = await race(
        good.map((index) => probes[index] as TargetProbe),
        limits,
      );
      for (const [place, index] of good.entries())
        steps[index] = withTimes(steps[index] as WalkStep, results[place] ?? []);
    }
    signal?.throwIfAborted();
    return steps;
  } finally {
    signal?.removeEventListener('abort', close);
    close();
  }
}

async function tryOne({ target, runtime, job }: WalkCandidate, probe: TargetProbe): Promise<WalkStep> {
  let report: ProbeReport;
  try {
    report = await probe.load(job);
  } catch (error) {
    probe.close();
    const { message: reason, code } = error as Error & { code?: string };
    return { target, runtime, outcome: 'failed', reason, ...(code !== undefined && { code }) };
  }
  const { engine, loadMs } = report;
  const { backend, runtimeVersion } = engine;
  const tried = { target, runtime, backend, runtimeVersion, signature: signatureOf(engine), loadMs };
  const wrong = report.golden.find((sample) => !isGood(sample));
  if (wrong) {
    probe.close();
    const reason = `it does not compute what it should: golden sample ${wrong.sample}, ${wrong.place}: ${wrong.text}`;
    return { ...tried, outcome: 'failed', code: 'GOLDEN_MISMATCH', reason, golden: summaryOf(report) };
  }
  return { ...tried, outcome: 'good', ...(report.golden.length > 0 && { golden: summaryOf(report) }) };
}

function signatureOf({ inputs, outputs }: EngineInfo): string {
  const list = (tensors: readonly TensorInfo[]) =>
    tensors.map(({ name, dtype, shape }) => `${name} ${dtype}[${shape.join(', ')}]`).join(', ');
  return `${list(inputs)} → ${list(outputs)}`;
}

function summaryOf({ golden }: ProbeReport): { samples: number; difference: number } {
  // Math.max keeps a NaN.
  return { samples: golden.length, difference: Math.max(...golden.map(({ difference }) => difference)) };
}

function withTimes(step: WalkStep, times: readonly number[] | Error): WalkStep {
  if (times instanceof Error)
    return { ...step, outcome: 'failed', code: 'RUN_FAILED', reason: times.message };
  const at = (share: number) => quantile(times, share);
  return { ...step, quickMs: at(0.1), medianMs: at(0.5), p95Ms: at(0.95), runs: times.length };
}

/**
 * Of the targets that are right the fastest when nothing interferes, by the first tenth of its runs: on a busy machine the median is
 * that of the others' work. Where nothing was measured, the first.
 */
export function fastest(steps: readonly WalkStep[]): WalkStep | undefined {
  const good = steps.filter(({ outcome }) => outcome === 'good');
  return good.sort((a, b) => (a.quickMs ?? Infinity) - (b.quickMs ?? Infinity))[0];
}

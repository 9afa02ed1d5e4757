import type { WalkStep } from '../../selection/index.js';

/** What became of a target, in words. */
export function stepText(step: WalkStep): string {
  const { outcome, reason = '', code } = step;
  if (outcome === 'unfit') return `not used: ${reason}`;
  if (outcome === 'failed') return `not used: ${code === undefined ? '' : `${code}: `}${reason}`;
  const parts = [runtimeText(step)];
  if (step.loadMs !== undefined) parts.push(`loaded in ${step.loadMs.toFixed(0)} ms`);
  if (step.golden)
    parts.push(
      `${count(step.golden.samples, 'golden sample')} right, at most ${differenceText(step.golden.difference)} apart`,
    );
  else parts.push('no golden samples');
  if (step.medianMs !== undefined)
    parts.push(
      `${(step.quickMs ?? NaN).toFixed(1)} ms undisturbed, median ${step.medianMs.toFixed(1)} ms of ${step.runs ?? 0} runs, 95 % below ${(step.p95Ms ?? NaN).toFixed(1)} ms`,
    );
  return parts.join(', ');
}

export const runtimeText = ({ runtime, backend = '', runtimeVersion = '' }: WalkStep): string =>
  runtime === 'dlr' ? `DLR ${runtimeVersion} (${backend})` : `ONNX Runtime ${runtimeVersion}`;

/** 5.2e-6; 0 is `0`. */
export const differenceText = (difference: number): string =>
  difference === 0 ? '0' : difference.toExponential(1);

export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

import type { FeedbackConfig } from '../config/feedback.js';

/** What a strategy is told of its configuration. */
export type Strategy = Pick<FeedbackConfig, 'strategy' | 'rate' | 'threshold'>;

/**
 * Whether a sample is kept: the sampling strategies of the AWS IoT Greengrass v1 ML Feedback connector.
 * - RANDOM_SAMPLING: random < rate
 * - LEAST_CONFIDENCE: max p <= threshold
 * - MARGIN: p1 - p2 <= threshold, the two greatest
 * - ENTROPY: -Σ p ln p > threshold, in nats. The connector's guide calls it normalised; its example, 1.03972 for [.5, .25, .25], is not.
 * @param probabilities of the classes, in any order; for detections, their confidences
 * @param random 0 <= random < 1
 */
export function keepsSample(
  { strategy, rate = 0, threshold = 0 }: Strategy,
  probabilities: readonly number[],
  random: number,
): boolean {
  switch (strategy) {
    case 'NONE':
      return true;
    case 'RANDOM_SAMPLING':
      return random < rate;
    case 'LEAST_CONFIDENCE':
      return Math.max(0, ...probabilities) <= threshold;
    case 'MARGIN': {
      const [first = 0, second = 0] = [...probabilities].sort((a, b) => b - a);
      return atMost(first - second, threshold);
    }
    case 'ENTROPY':
      return entropy(probabilities) > threshold;
  }
}

/** 0.35 - 0.34 is a little more than 0.01 in binary: what differs by that only is equal. */
const atMost = (value: number, limit: number): boolean => value <= limit + 1e-12;

/** In nats; 0 ln 0 is 0. */
export const entropy = (probabilities: readonly number[]): number =>
  probabilities.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);

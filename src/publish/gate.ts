import type { LocalPublishConfig } from '../config/publish.js';
import type { NativeResult } from './native-result.js';

type GateConfig = Pick<LocalPublishConfig, 'mode' | 'heartbeatSeconds' | 'minIntervalSeconds'>;

/**
 * Which results a destination gets: every one, or those whose labels differ from the last one sent, those with a decision, and one
 * every `heartbeatSeconds` so that silence means a fault. A thousand devices at one result a second cost money.
 */
export class Gate {
  readonly #config: GateConfig;
  #lastLabels: string | undefined;
  #lastMs = -Infinity;

  constructor(config: GateConfig) {
    this.#config = config;
  }

  /**
   * @param nowMs of the monotonic clock
   * @returns `limited` where only the least interval keeps it back
   */
  judge(result: NativeResult, nowMs: number): 'send' | 'unchanged' | 'limited' {
    const { mode, heartbeatSeconds, minIntervalSeconds } = this.#config;
    const decided = result.decision !== undefined;
    const labels = labelsOf(result);
    const silentMs = nowMs - this.#lastMs;
    const wanted =
      mode === 'every' || decided || labels !== this.#lastLabels || silentMs >= heartbeatSeconds * 1000;
    if (!wanted) return 'unchanged';
    if (!decided && silentMs < minIntervalSeconds * 1000) return 'limited';
    this.#lastLabels = labels;
    this.#lastMs = nowMs;
    return 'send';
  }

  /** What was sent did not arrive: the next result goes whatever it says. */
  forget(): void {
    this.#lastLabels = undefined;
    this.#lastMs = -Infinity;
  }
}

/** What the frame shows: its class, or the labels of its boxes, each as often as it is there. */
function labelsOf({ predictions }: NativeResult): string {
  const boxes = predictions.filter(({ box }) => box !== undefined);
  const labels = boxes.length > 0 ? boxes : predictions.slice(0, 1);
  return JSON.stringify(labels.map(({ label }) => label).sort());
}

import type { CloudPublishConfig } from '../config/publish.js';
import type { NativeResult } from './native-result.js';

/**
 * Which results the cloud gets: every one, or those whose best label differs from the last one sent, those with a decision, and one
 * every `heartbeatSeconds` so that silence means a fault. A thousand devices at one result a second cost money.
 */
export class CloudGate {
  readonly #config: Pick<CloudPublishConfig, 'mode' | 'heartbeatSeconds'>;
  #lastLabel: string | undefined;
  #lastMs = -Infinity;

  constructor(config: Pick<CloudPublishConfig, 'mode' | 'heartbeatSeconds'>) {
    this.#config = config;
  }

  admits(result: NativeResult, nowMs: number): boolean {
    const label = result.predictions[0]?.label;
    const admitted =
      this.#config.mode === 'every' ||
      result.decision !== undefined ||
      label !== this.#lastLabel ||
      nowMs - this.#lastMs >= this.#config.heartbeatSeconds * 1000;
    if (admitted) {
      this.#lastLabel = label;
      this.#lastMs = nowMs;
    }
    return admitted;
  }

  /** What was admitted did not arrive: the next result is admitted whatever it says. */
  forget(): void {
    this.#lastLabel = undefined;
    this.#lastMs = -Infinity;
  }
}

import type { NativeResult } from '../../publish/native-result.js';
import { resultLine } from '../result-line.js';
import type { ScorePoint } from './plot.js';

/** Remembers each score, and says changes of the state and alarms. */
export class PumpWatch {
  readonly points: ScorePoint[] = [];
  readonly alarms: Date[] = [];
  #state: string | undefined;

  constructor(private readonly say: (line: string) => void) {}

  take({ frame, predictions: [best] }: NativeResult): void {
    if (!best || !('to' in frame)) return;
    const anomalous = best.label === 'anomaly';
    this.points.push({ time: new Date(frame.to), score: best.score ?? NaN, anomalous });
    if (best.label === this.#state) return;
    this.#state = best.label;
    const score = (best.score ?? NaN).toFixed(2);
    this.say(
      `${frame.to.slice(11, 19)}  pump-1  ${best.label.padEnd(8)} score ${score}, window from ${frame.from.slice(11, 19)}`,
    );
  }

  alarm(topic: string, payload: string): void {
    const last = this.points.at(-1);
    if (last) this.alarms.push(last.time);
    this.say(resultLine(topic, Buffer.from(payload)));
  }
}

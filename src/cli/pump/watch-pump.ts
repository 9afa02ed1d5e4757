import type { NativeResult } from '../../publish/native-result.js';
import type { Transport } from '../../publish/index.js';
import { resultLine } from '../result-line.js';
import type { ScorePoint } from './plot.js';

const resultTopic = /^mli\/predictions\//;

/** Takes what the component publishes: remembers each score, and says changes of the state and alarms. */
export class PumpWatch implements Transport {
  readonly points: ScorePoint[] = [];
  readonly alarms: Date[] = [];
  readonly first: Promise<void>;
  #state: string | undefined;
  #told: () => void = () => undefined;

  constructor(private readonly say: (line: string) => void) {
    this.first = new Promise((resolve) => (this.#told = resolve));
  }

  async publish(topic: string, payload: string): Promise<void> {
    if (topic.startsWith('mli/') && !resultTopic.test(topic)) return;
    if (resultTopic.test(topic)) {
      this.#take(JSON.parse(payload) as NativeResult);
      return;
    }
    const last = this.points.at(-1);
    if (last) this.alarms.push(last.time);
    this.say(resultLine(topic, Buffer.from(payload)));
  }

  async publishToIotCore(): Promise<void> {
    // There is no cloud in the demo.
  }

  #take({ frame, predictions: [best] }: NativeResult): void {
    if (!best || !('to' in frame)) return;
    const anomalous = best.label === 'anomaly';
    this.points.push({ time: new Date(frame.to), score: best.score ?? NaN, anomalous });
    this.#told();
    if (best.label === this.#state) return;
    this.#state = best.label;
    const score = (best.score ?? NaN).toFixed(2);
    this.say(
      `${frame.to.slice(11, 19)}  pump-1  ${best.label.padEnd(8)} score ${score}, window from ${frame.from.slice(11, 19)}`,
    );
  }
}

import type { LocalMessage } from '../nucleus/index.js';
import type { NativeResult } from '../publish/native-result.js';

/** Counts what went over the local topics during the demo. */
export class DemoSummary {
  #results: NativeResult[] = [];
  readonly #others = new Map<string, Map<string, number>>();
  #onFirst: (() => void) | undefined;

  get results(): number {
    return this.#results.length;
  }

  /** True when the first result has come, false after the limit. */
  firstResult(limitSeconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      // Unreferenced: whoever ends the demo earlier does not wait for it.
      const timer = setTimeout(() => resolve(false), limitSeconds * 1000).unref();
      this.#onFirst = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  add({ topic, content }: LocalMessage): void {
    if (!('binary' in content)) return;
    const text = content.binary.toString('utf8');
    if (topic.startsWith('mli/predictions/')) {
      this.#results.push(JSON.parse(text) as NativeResult);
      this.#onFirst?.();
    } else if (!topic.startsWith('mli/')) {
      const messages = this.#others.get(topic) ?? new Map<string, number>();
      messages.set(text, (messages.get(text) ?? 0) + 1);
      this.#others.set(topic, messages);
    }
  }

  text(gateTopic: string): string {
    if (this.#results.length === 0) return '\nNo results came.';
    const gates = [...(this.#others.get(gateTopic) ?? [])].map(
      ([message, count]) => `${gateName(message)} ${count}`,
    );
    const { model } = this.#results[0] as NativeResult;
    const named = this.#results.filter(({ frame }) => frame.name !== undefined);
    const right = named.filter(({ frame, predictions }) =>
      frame.name?.includes(predictions[0]?.label ?? '?'),
    );
    return [
      '',
      `${this.#results.length} predictions by ${model.name} ${model.version} (${model.runtime})`,
      `${right.length} of ${named.length} as the names of the files say`,
      `Gates opened: ${gates.join(', ') || 'none'}`,
      `Median times: capture ${this.#median('capture')} ms, preprocess ${this.#median('preprocess')} ms, infer ${this.#median('infer')} ms`,
    ].join('\n');
  }

  #median(stage: keyof NativeResult['timingsMs']): string {
    const times = this.#results.map(({ timingsMs }) => timingsMs[stage]).sort((a, b) => a - b);
    return (times[Math.floor(times.length / 2)] ?? 0).toFixed(1);
  }
}

const gateName = (message: string): string => (JSON.parse(message) as { gate?: string }).gate ?? message;

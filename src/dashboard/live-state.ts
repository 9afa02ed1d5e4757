import type { ActionOutcome, Observer } from '../observer.js';
import type { NativeResult } from '../publish/index.js';
import type { PipelineStatusMessage } from '../status-message.js';
import { FaultLog } from './fault-log.js';
import { LivePipeline } from './live-pipeline.js';
import type { LiveEvent, Snapshot, VitalsView } from './live-view.js';

type Listener = (...event: LiveEvent) => void;

/** What the component did lately, for those who look: a snapshot for who comes, events for who stays. Bounded in size. */
export class LiveState implements Observer {
  readonly #thing: string;
  readonly #pipelines = new Map<string, LivePipeline>();
  readonly #faults = new FaultLog();
  readonly #listeners = new Set<Listener>();
  #vitals: VitalsView = { nucleus: 'none', uptimeSeconds: 0, memoryMegabytes: 0 };

  constructor(thing: string) {
    this.#thing = thing;
  }

  get watched(): boolean {
    return this.#listeners.size > 0;
  }

  snapshot(): Snapshot {
    const now = Date.now();
    return {
      thing: this.#thing,
      now,
      vitals: this.#vitals,
      pipelines: [...this.#pipelines.values()].map(({ view }) => view),
      faults: this.#faults.list(now),
    };
  }

  /** @returns what ends it */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onResult(result: NativeResult): void {
    const { pipeline } = result;
    this.#tell('result', { pipeline, result: this.#of(pipeline).addResult(result, Date.now()) });
  }

  onAction(outcome: ActionOutcome): void {
    const { pipeline } = outcome;
    this.#tell('action', { pipeline, action: this.#of(pipeline).addAction(outcome, Date.now()) });
  }

  onStatus(message: PipelineStatusMessage): void {
    const { pipeline } = message;
    this.#tell('status', { pipeline, status: this.#of(pipeline).setStatus(message, Date.now()) });
  }

  /** @param pipeline undefined: the component itself */
  onFault(pipeline: string | undefined, fault: { code: string; message: string; remedy?: string }): void {
    const { code, message, remedy } = fault;
    const view = { at: Date.now(), code, message, ...(remedy && { remedy }), ...(pipeline && { pipeline }) };
    this.#tell('fault', this.#faults.add(view));
  }

  onRemoved(pipeline: string): void {
    if (this.#pipelines.delete(pipeline)) this.#tell('status', { pipeline });
  }

  setVitals(vitals: VitalsView): void {
    this.#vitals = vitals;
    this.#tell('vitals', vitals);
  }

  #of(name: string): LivePipeline {
    let pipeline = this.#pipelines.get(name);
    if (!pipeline) {
      pipeline = new LivePipeline(name);
      this.#pipelines.set(name, pipeline);
    }
    return pipeline;
  }

  #tell(...event: LiveEvent): void {
    for (const listener of this.#listeners) listener(...event);
  }
}

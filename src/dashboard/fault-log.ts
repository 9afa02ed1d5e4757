import type { FaultView } from './live-view.js';

const hourMs = 3_600_000;
/** Different faults that are kept: a component with more has other troubles. */
const most = 100;

/** The faults of the last hour; the same fault again is counted, not listed again. */
export class FaultLog {
  readonly #faults = new Map<string, FaultView>();

  add(fault: Omit<FaultView, 'count'>): FaultView {
    const key = JSON.stringify([fault.pipeline, fault.code, fault.message]);
    const before = this.#faults.get(key);
    const recent = before && fault.at - before.at < hourMs ? before.count : 0;
    const view = { ...fault, count: recent + 1 };
    // Inserted anew, so that the order is by time.
    this.#faults.delete(key);
    this.#faults.set(key, view);
    const oldest = this.#faults.keys().next();
    if (this.#faults.size > most && !oldest.done) this.#faults.delete(oldest.value);
    return view;
  }

  /** The newest last. */
  list(now: number): FaultView[] {
    return [...this.#faults.values()].filter(({ at }) => now - at < hourMs);
  }
}

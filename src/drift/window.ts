/** The best prediction of a frame. */
export interface Observation {
  readonly label: string;
  /** 0..1 */
  readonly confidence: number;
}

/** A frame in which nothing was found counts too. */
export const nothing: Observation = { label: '(nothing)', confidence: 0 };

/** The newest observations, up to a number. */
export class ObservationWindow {
  readonly #size: number;
  #observations: Observation[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  get full(): boolean {
    return this.#observations.length >= this.#size;
  }

  get size(): number {
    return this.#observations.length;
  }

  add({ label, confidence }: Observation): void {
    // Five digits are all that is compared, and all that is written.
    this.#observations.push({ label, confidence: Number(confidence.toFixed(5)) });
    if (this.#observations.length > this.#size) this.#observations.shift();
  }

  clear(): void {
    this.#observations = [];
  }

  get confidences(): number[] {
    return this.#observations.map(({ confidence }) => confidence);
  }

  get labels(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { label } of this.#observations) counts.set(label, (counts.get(label) ?? 0) + 1);
    return counts;
  }
}

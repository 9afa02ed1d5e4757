/** What became of the frames that feedback looked at. What waits is in the spool, and counted there. */
export interface SampleCounts {
  /** In S3. */
  done: number;
  /** Not wanted by the strategy. */
  notUsed: number;
  /** Given up: the request limit was reached, or S3 refused them and nobody waits. */
  refused: number;
  /** Their picture or window could not be had, or the spool had no room. */
  lost: number;
  /** In S3, but in no manifest: the disk did not take their lines. */
  unlisted: number;
  /** Manifests, not samples, that S3 refused: they wait and are tried again. */
  manifestsRefused: number;
}

export type SampleFate = keyof SampleCounts;

const none = (): SampleCounts => ({
  done: 0,
  notUsed: 0,
  refused: 0,
  lost: 0,
  unlisted: 0,
  manifestsRefused: 0,
});

/** The counts of each pipeline, since the start of the component. */
export class SampleTally {
  readonly #counts = new Map<string, SampleCounts>();

  add(pipeline: string, fate: SampleFate): void {
    const counts = this.#counts.get(pipeline) ?? none();
    counts[fate]++;
    this.#counts.set(pipeline, counts);
  }

  of(pipeline: string): SampleCounts {
    return this.#counts.get(pipeline) ?? none();
  }

  /** By pipeline; those without any sample are not among them. */
  get all(): Readonly<Record<string, SampleCounts>> {
    return Object.fromEntries(this.#counts);
  }
}

/**
 * Spreads pipelines over their interval: each gets a share of it, 0, 1/2, 1/4, 3/4, 1/8, 5/8, … (van der Corput's sequence), so
 * that any number of them lies about evenly.
 */
export class Phases {
  readonly #taken = new Set<number>();

  /** The first that is free. */
  take(): number {
    let index = 0;
    while (this.#taken.has(phaseOf(index))) index++;
    this.#taken.add(phaseOf(index));
    return phaseOf(index);
  }

  free(phase: number): void {
    this.#taken.delete(phase);
  }
}

/** The bits of the number, mirrored behind the point. */
function phaseOf(index: number): number {
  let phase = 0;
  for (let bit = 0.5, rest = index; rest > 0; rest >>= 1, bit /= 2) phase += (rest & 1) * bit;
  return phase;
}

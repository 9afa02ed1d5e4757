/** What is known of the items of a store without reading it. */
export class Stock {
  /** Those in the store, with those that are about to be removed. */
  onDisk = 0;
  /** Place of the next item: above all that an earlier life left on the disk, even where the disk can be read only later. */
  next = Date.now() * 1000;
  /** Nothing on the disk is before it: LevelDB is slow to walk over what was removed. */
  cursor = 0;
  /** The last place that is, or may be, on the disk. */
  written = 0;
  /** What is to go from the disk. */
  readonly removals = new Set<number>();
}

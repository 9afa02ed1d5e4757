/** How patient a transfer is. */
export interface TransferPolicy {
  /** In a row, without progress in between. */
  readonly attempts: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** An attempt ends when fewer than `minWindowBytes` came in a window: a connection can be open and dead. */
  readonly windowMs: number;
  readonly minWindowBytes: number;
  /** For the question what is there, where an answer is in the cache already: a start must not wait for the network. */
  readonly quickMs: number;
}

export const transferPolicy: TransferPolicy = {
  attempts: 6,
  firstDelayMs: 500,
  maxDelayMs: 30_000,
  windowMs: 20_000,
  minWindowBytes: 20 * 1024,
  quickMs: 3_000,
};

/** Full jitter: a thousand devices that fail together must not come back together. @param failures 1 after the first */
export const delayAfter = (failures: number, { firstDelayMs, maxDelayMs }: TransferPolicy): number =>
  Math.random() * Math.min(maxDelayMs, firstDelayMs * 2 ** failures);

import type { BackoffOptions } from '../backoff.js';

/** Times of the client; each can be given to `createGreengrassClient`. */
export interface ClientTimes {
  /** For one answer of the nucleus. @default 5000 */
  readonly callTimeoutMs: number;
  /** For making a connection, handshake included. @default 5000 */
  readonly connectTimeoutMs: number;
  /** Between attempts to connect. @default 250 ms doubling to 10 s */
  readonly reconnect: BackoffOptions;
  /** Between attempts to open a subscription that the nucleus refuses or ends. @default 1 s doubling to 60 s */
  readonly resubscribe: BackoffOptions;
  /** Between renewals of each subscription, which end the silence of one that the nucleus forgot; 0 for none. @default 300000 */
  readonly renewMs: number;
  /** Between heartbeats; 0 switches them off. @default 15000 */
  readonly heartbeatMs: number;
}

export const defaultTimes: ClientTimes = {
  callTimeoutMs: 5_000,
  connectTimeoutMs: 5_000,
  reconnect: { initialMs: 250, maxMs: 10_000 },
  resubscribe: { initialMs: 1_000, maxMs: 60_000 },
  renewMs: 300_000,
  heartbeatMs: 15_000,
};

import type { AccessRequest } from './access-control.js';

/** What happens in a development nucleus, for those who watch it: name → arguments of the listener. */
export interface NucleusEvents {
  connected: [event: { component: string }];
  disconnected: [event: { component: string | undefined; reason: string }];
  /** A request that the recipe does not allow. */
  denied: [request: AccessRequest];
  state: [event: { component: string; state: string }];
}

/** Counters since the nucleus was made. */
export interface NucleusCounters {
  connectionsAccepted: number;
  connectionsClosed: number;
  /** Requests, by operation. */
  requests: Record<string, number>;
  denied: number;
  /** Errors answered, by shape. */
  errors: Record<string, number>;
}

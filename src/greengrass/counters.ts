/** What happened at the IPC connection since the client was made. Nothing is dropped without one of these. */
export interface GreengrassCounters {
  connections: number;
  connectFailures: number;
  disconnections: number;
  /** Local messages and messages for IoT Core that the nucleus took. */
  published: number;
  /** Publishes that ended in an error, whatever it was. */
  publishFailures: number;
  received: number;
  /** Messages that could not be understood. */
  receiveFailures: number;
  /** Messages whose handler threw. */
  handlerFailures: number;
  timeouts: number;
  /** Answers that came after their call had timed out. */
  lateAnswers: number;
  denied: number;
  /** Subscriptions that the nucleus ended while the connection lived. */
  subscriptionsEnded: number;
  /** Subscriptions that were opened anew as a precaution. */
  renewals: number;
  heartbeats: number;
  heartbeatsMissed: number;
}

export function newCounters(): GreengrassCounters {
  return {
    connections: 0,
    connectFailures: 0,
    disconnections: 0,
    published: 0,
    publishFailures: 0,
    received: 0,
    receiveFailures: 0,
    handlerFailures: 0,
    timeouts: 0,
    lateAnswers: 0,
    denied: 0,
    subscriptionsEnded: 0,
    renewals: 0,
    heartbeats: 0,
    heartbeatsMissed: 0,
  };
}

import { connect } from 'node:net';

/** How long a connection has to stand before the nucleus counts as one that keeps it. */
const standsMs = 25;

/**
 * Looks whether a socket accepts a connection and keeps it, before the SDK is let at it. The operating system's own reason is
 * better than the SDK's, days of attempts cost no native objects, and aws-crt 1.33.1 ends the process where a connection is
 * closed in the moment in which it is made (`binding->connection != NULL`, source/event_stream.c), as a nucleus does that
 * goes down or has no room for another client.
 *
 * @throws Error with the reason why not.
 */
export function probeSocket(path: string, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const settle = (error?: Error) => {
      clearTimeout(timer);
      socket.removeAllListeners('close').destroy();
      if (error === undefined) resolve();
      else reject(error);
    };
    let timer = setTimeout(() => settle(new Error(`no connection within ${timeoutMs} ms`)), timeoutMs);
    socket.once('connect', () => {
      clearTimeout(timer);
      timer = setTimeout(settle, standsMs);
    });
    // Errors after the verdict have nobody to tell.
    socket.on('error', (error) => settle(error));
    socket.once('close', () => settle(new Error('the connection is accepted and closed at once')));
    // Without a reader the end of the other side would not be noticed.
    socket.resume();
  });
}

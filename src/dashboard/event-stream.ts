import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { LiveState } from './live-state.js';

/** Events that wait for a slow browser; above it the connection is ended, and the browser begins anew with a snapshot. */
const maxWaiting = 200;
/** Proxies and browsers give up a stream that says nothing. */
const pulseMs = 15_000;

/** Everything that happens, as server-sent events; the first is the snapshot. */
export const eventStream = (context: Context, live: LiveState): Response =>
  streamSSE(context, async (stream) => {
    const waiting: { event: string; data: string }[] = [
      { event: 'snapshot', data: JSON.stringify(live.snapshot()) },
    ];
    let wake: (() => void) | undefined;
    let tooSlow = false;
    const stop = live.listen((...[event, data]) => {
      if (waiting.length >= maxWaiting) {
        tooSlow = true;
        stop();
        // The write that waits for the browser ends with its connection only.
        (context.env as Partial<HttpBindings>).outgoing?.destroy();
      } else waiting.push({ event, data: JSON.stringify(data) });
      wake?.();
    });
    stream.onAbort(() => wake?.());
    const pulse = setInterval(() => wake?.(), pulseMs);
    const ended = (): boolean => stream.aborted || stream.closed || tooSlow;
    try {
      while (!ended()) {
        const batch = waiting.splice(0);
        for (const message of batch) await stream.writeSSE(message);
        if (batch.length === 0) await stream.write(': alive\n\n');
        if (waiting.length > 0 || ended()) continue;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      clearInterval(pulse);
      stop();
    }
  });

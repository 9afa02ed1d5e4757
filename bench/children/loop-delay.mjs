import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Preloaded into a pipeline process: tells its parent once a second the 99th percentile of the event loop's delay in ms. */
const histogram = monitorEventLoopDelay({ resolution: 1 });
histogram.enable();
const telling = setInterval(() => {
  const loopDelayMs = histogram.percentile(99) / 1e6;
  histogram.reset();
  if (process.connected) process.send({ type: 'loopDelay', loopDelayMs });
}, 1000);
telling.unref();

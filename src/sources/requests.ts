import { once } from 'node:events';
import type { FrameSource } from './index.js';

/** No frames: the pipeline's model is there for the requests of the inference service alone. */
export class RequestsSource implements FrameSource {
  readonly counters = { captured: 0, unreadable: 0, superseded: 0, reopened: 0 };
  readonly silent = true;

  async next(signal: AbortSignal): Promise<undefined> {
    if (!signal.aborted) await once(signal, 'abort');
    return undefined;
  }

  async stop(): Promise<void> {
    // It holds nothing.
  }
}

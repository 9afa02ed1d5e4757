import { EdgeError } from '../../errors/index.js';

/** Aborted by SIGINT or SIGTERM, so that what is half done is cleaned away before the process ends. */
export function interruption(): AbortSignal {
  const stopping = new AbortController();
  const stop = () => stopping.abort(new EdgeError('COMPILE_INTERRUPTED', {}));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  return stopping.signal;
}

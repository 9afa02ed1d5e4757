import { createLogger } from '../logger.js';
import { PipelineHost } from './host.js';
import { aliveIntervalMs, type FromProcess, type ToProcess } from './messages.js';

/**
 * The entry of a pipeline process: native code that crashes, hangs or leaks does it here. It talks to the component over the
 * channel of `fork` and ends when that closes, so that no orphan holds a camera.
 */
/** So long a process may finish what it does after the component is gone. */
const orphanLimitMs = 5_000;

function send(message: FromProcess): void {
  // The channel may close under us: 'disconnect' ends the process then.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

const host = new PipelineHost(send, createLogger({ name: 'pipeline' }));
const sayAlive = (): void => send({ type: 'alive', pulses: host.pulses });
const alive = setInterval(sayAlive, aliveIntervalMs);
sayAlive();

/** What was said before is flushed before the process goes. */
async function leave(): Promise<void> {
  await host.close();
  clearInterval(alive);
  if (!process.connected) return;
  const last: FromProcess = { type: 'alive', pulses: host.pulses };
  await new Promise((resolve) => process.send?.(last, undefined, undefined, resolve));
  process.disconnect();
}

process.on('message', (message: ToProcess) => {
  if (message.type === 'seat') host.receive(message);
  else void leave();
});
process.on('disconnect', () => {
  clearInterval(alive);
  // Whatever hangs in native code must not outlive the component and hold its camera.
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), orphanLimitMs).unref();
  void host.close();
});
// The component decides when to stop; a Ctrl-C in the terminal reaches the whole group.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => void leave());

import { once } from 'node:events';
import { createServer } from 'node:net';
import { isLoopback } from '../../config/http.js';
import { ok, problem, skipped, warning, type Check, type Patient } from '../finding.js';

/** Whether what the configuration wants to listen on is free. A component that is at work already holds them itself. */
export const portsCheck: Check = {
  subject: 'ports',
  look: async (patient) => {
    const wanted = listenersOf(patient);
    if (wanted.length === 0) return [skipped('nothing listens')];
    return Promise.all(
      wanted.map(async ({ path, host, port }) => {
        const failure = await tryPort(host, port);
        if (failure !== undefined)
          return problem(
            `${path}: ${host}:${port} cannot be opened: ${failure}.`,
            `Choose another ${path}.port, or end what holds it ("ss -ltnp"); the component itself does while it runs.`,
          );
        return isLoopback(host)
          ? ok(`${path}: ${host}:${port} is free`)
          : warning(
              `${path}: ${host}:${port} is free, and can be reached from other machines.`,
              'Keep to 127.0.0.1 unless others must get there.',
            );
      }),
    );
  },
};

function listenersOf({ configuration }: Patient): { path: string; host: string; port: number }[] {
  if (!configuration) return [];
  const { dashboard, metrics } = configuration;
  return [
    ...(dashboard.enabled ? [{ path: 'dashboard', host: dashboard.host, port: dashboard.port }] : []),
    ...(metrics.enabled ? [{ path: 'metrics', host: metrics.host, port: metrics.port }] : []),
  ];
}

async function tryPort(host: string, port: number): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? (error as Error).message;
  } finally {
    server.close();
  }
}

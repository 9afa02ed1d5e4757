import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** @returns the port that is wanted where it is free, else one that is */
export async function freePort(host: string, wanted: number): Promise<number> {
  for (const port of [wanted, 0]) {
    const server = createServer();
    try {
      server.listen({ host, port, exclusive: true });
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    } finally {
      server.close();
    }
  }
  return wanted;
}

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { isLoopback } from '../config/http.js';
import { describeError, EdgeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import { listenOnSocket } from '../unix-socket.js';
import { describeAddress, type HttpAddress } from './address.js';
import { requireHost, requireSameOrigin, requireToken } from './guards.js';

export interface HttpServerOptions {
  /** As messages call it: "inference service". */
  readonly name: string;
  readonly address: HttpAddress;
  /** Bearer token that every request has to bring. Needed where the host is not loopback: the configuration checks that. */
  readonly token?: string | undefined;
  /** Larger bodies are refused with 413. @default 1 MiB */
  readonly maxBodyBytes?: number;
  /** More are closed at once. @default 64 */
  readonly maxConnections?: number;
  readonly logger: Logger;
}

const mebibyte = 1024 * 1024;
/** For the headers of a request, and for all of it: who is slower is cut off. */
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
/** Of a connection on which nothing moves, a client that does not read its answer among them. */
const idleTimeoutMs = 60_000;
/** How often Node looks for requests that are too slow. */
const timeoutCheckMs = 1_000;
const stopLimitMs = 5_000;
const idleCheckMs = 50;

/** What a client on this machine may call a server that listens on loopback. Elsewhere the token stands in the place of this check. */
const loopbackNames = ['localhost', '127.0.0.1', '::1'];

/**
 * The one way to serve HTTP here: on a Unix socket or a TCP port, with limits to sizes, times and connections, and closed to the
 * pages of other sites.
 *
 * @example
 * const server = await HttpServer.start({ name: 'live page', address: { host: '127.0.0.1', port: 8080 }, logger }, app);
 * console.log(server.url);
 * await server.stop();
 */
export class HttpServer {
  readonly #server: Server;
  readonly #address: HttpAddress;
  #stopping: Promise<void> | undefined;

  private constructor(server: Server, address: HttpAddress) {
    this.#server = server;
    this.#address = address;
  }

  /**
   * @param app its routes; what they throw is answered with 500 and logged, unless the app has its own `onError`
   * @throws EdgeError HTTP_ADDRESS_UNUSABLE
   */
  static async start(options: HttpServerOptions, app: Hono): Promise<HttpServer> {
    const { name, address, logger } = options;
    const server = createAdaptorServer({
      fetch: guarded(options, app).fetch,
      serverOptions: {
        headersTimeout: headersTimeoutMs,
        requestTimeout: requestTimeoutMs,
        keepAliveTimeout: idleTimeoutMs,
        connectionsCheckingInterval: timeoutCheckMs,
      },
      // The globals of the process stay Node's own.
      overrideGlobalObjects: false,
    }) as Server;
    server.maxConnections = options.maxConnections ?? 64;
    server.timeout = idleTimeoutMs;
    try {
      await listen(server, address);
    } catch (cause) {
      const reason = (cause as Error).message;
      throw new EdgeError(
        'HTTP_ADDRESS_UNUSABLE',
        { name, address: describeAddress(address), reason },
        { cause },
      );
    }
    server.on('error', (error) => logger.error(`The ${name}: ${describeError(error)}`));
    server.on('drop', () => logger.warn(`The ${name} has as many connections as it takes: one was closed.`));
    const started = new HttpServer(server, address);
    logger.info({ url: started.url }, `the ${name} listens`);
    return started;
  }

  /** `http://127.0.0.1:8080` with the real port, or the path of the socket. */
  get url(): string {
    if ('socket' in this.#address) return this.#address.socket;
    const { port } = this.#server.address() as AddressInfo;
    return describeAddress({ host: this.#address.host, port });
  }

  /** Takes no more requests, lets those under way end, and cuts them off at the limit. Idempotent. */
  stop(limitMs: number = stopLimitMs): Promise<void> {
    this.#stopping ??= new Promise((resolve) => {
      const limit = setTimeout(() => this.#server.closeAllConnections(), limitMs);
      // A connection is idle only once the client has read its last answer.
      const idle = setInterval(() => this.#server.closeIdleConnections(), idleCheckMs);
      this.#server.close(() => {
        clearTimeout(limit);
        clearInterval(idle);
        resolve();
      });
    });
    return this.#stopping;
  }
}

function guarded({ name, address, token, maxBodyBytes, logger }: HttpServerOptions, app: Hono): Hono {
  const outer = new Hono();
  if ('host' in address && isLoopback(address.host))
    outer.use(requireHost(new Set([...loopbackNames, address.host.toLowerCase()])));
  outer.use(requireSameOrigin());
  if (token !== undefined) outer.use(requireToken(token));
  const maxSize = maxBodyBytes ?? mebibyte;
  outer.use(
    bodyLimit({
      maxSize,
      onError: (context) => context.json({ error: `The body is larger than ${maxSize} bytes.` }, 413),
    }),
  );
  outer.use(async (context, next) => {
    await next();
    context.header('X-Content-Type-Options', 'nosniff');
  });
  outer.route('/', app);
  outer.onError((error, context) => {
    logger.error(`The ${name} failed at ${context.req.method} ${context.req.path}: ${describeError(error)}`);
    return context.json({ error: 'The server failed; its log says why.' }, 500);
  });
  outer.notFound((context) => context.json({ error: `There is nothing at ${context.req.path}.` }, 404));
  return outer;
}

async function listen(server: Server, address: HttpAddress): Promise<void> {
  if ('socket' in address) {
    // For the components that run as the same user or in its group.
    await listenOnSocket(server, address.socket, 0o660);
    return;
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

import type { MiddlewareHandler } from 'hono';
import { hostIn } from './address.js';
import { isToken } from './token.js';

/** The answer to what is refused here, in the form that the Open Inference Protocol gives to errors. */
const refusal = (error: string) => ({ error });

/**
 * A page of any site can make its own name mean 127.0.0.1 and then read our answers (DNS rebinding): only names that are ours are
 * served.
 * @param names that clients may use, in lower case
 */
export const requireHost =
  (names: ReadonlySet<string>): MiddlewareHandler =>
  async (context, next) => {
    const host = hostIn(context.req.header('host') ?? '');
    if (host === undefined || !names.has(host))
      return context.json(refusal('The Host header does not name this server.'), 403);
    return next();
  };

/** A page of another site can post here without reading the answer, and cost us the work: what a browser sends for one is refused. */
export const requireSameOrigin = (): MiddlewareHandler => async (context, next) => {
  const origin = context.req.header('origin');
  if (origin !== undefined && origin.replace(/^https?:\/\//i, '') !== context.req.header('host'))
    return context.json(refusal('Requests from pages of other origins are refused.'), 403);
  return next();
};

/** `Authorization: Bearer <token>`. */
export const requireToken =
  (token: string): MiddlewareHandler =>
  async (context, next) => {
    const given = /^bearer ([^ ]+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
    if (given === undefined || !isToken(given, token)) {
      context.header('WWW-Authenticate', 'Bearer');
      return context.json(refusal('A bearer token is needed: Authorization: Bearer <token>.'), 401);
    }
    return next();
  };

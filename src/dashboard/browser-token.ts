import type { MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';

const cookie = 'mli-token';
const yearSeconds = 365 * 24 * 3600;

/**
 * Lets in who shows the token: as a bearer token, or in a browser once as ?token=…, which becomes a cookie that no script can read and
 * no other site can send, and leaves the address.
 * @param isToken whether a text is the token, in a time that does not tell how much of it was right
 */
export const browserToken =
  (isToken: (given: string) => boolean): MiddlewareHandler =>
  async (context, next) => {
    const inAddress = context.req.query('token');
    if (inAddress !== undefined && isToken(inAddress)) {
      setCookie(context, cookie, inAddress, {
        httpOnly: true,
        sameSite: 'Strict',
        path: '/',
        maxAge: yearSeconds,
      });
      return context.redirect(context.req.path, 303);
    }
    const bearer = /^bearer ([^ ]+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
    const given = bearer ?? getCookie(context, cookie);
    if (given !== undefined && isToken(given)) return next();
    context.header('WWW-Authenticate', 'Bearer');
    const what = inAddress === undefined && given === undefined ? 'A token is needed' : 'The token is wrong';
    return context.text(`${what}: open this page as /?token=…, with the text of dashboard.tokenFile.`, 401);
  };

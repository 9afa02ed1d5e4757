import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { once } from 'node:events';
import { EdgeError } from '../../errors/index.js';
import type { Credentials } from '../credentials.js';
import { authorize } from './authorization.js';

export interface FetchOptions {
  readonly credentials: Credentials;
  readonly maxBytes: number;
  /** PEM of the certificate to trust beside the authorities. */
  readonly certificate: Buffer | undefined;
  readonly agent: http.Agent;
  readonly signal: AbortSignal;
}

const maxRedirects = 3;

/**
 * Gets a picture, signing in where it is asked to. Credentials are sent to no host but the configured one: a redirect elsewhere is
 * refused.
 * @throws EdgeError CAMERA_DENIED, CAMERA_ANSWER; Error for what happens on the way
 */
export async function fetchPicture(address: URL, options: FetchOptions): Promise<Buffer> {
  let url = address;
  let authorization: string | undefined;
  let isSigned = false;
  if (options.credentials.token !== undefined)
    authorization = authorize([], options.credentials, targetOf(url));
  for (let redirects = 0; ;) {
    const response = await get(url, authorization, options);
    const status = response.statusCode ?? 0;
    if (status === 200) return read(response, address, options);
    response.resume();
    if (status === 401 && !isSigned && options.credentials.token === undefined) {
      isSigned = true;
      authorization = authorize(challengesOf(response), options.credentials, targetOf(url));
      if (authorization !== undefined) continue;
    }
    if (status === 401 || status === 403)
      throw new EdgeError('CAMERA_DENIED', {
        name: address.href,
        status: `${status} ${response.statusMessage ?? ''}`.trim(),
      });
    const to = response.headers.location;
    if (status < 300 || status > 399 || to === undefined)
      throw answer(address, `it answers ${`${status} ${response.statusMessage ?? ''}`.trim()}`);
    url = redirected(url, to, address);
    // A digest is of one path: the next is asked for another.
    if (options.credentials.token === undefined) [authorization, isSigned] = [undefined, false];
    if (++redirects > maxRedirects) throw answer(address, `it redirects more than ${maxRedirects} times`);
  }
}

const targetOf = (url: URL): string => url.pathname + url.search;

const answer = (address: URL, reason: string) =>
  new EdgeError('CAMERA_ANSWER', { name: address.href, reason });

function redirected(from: URL, to: string, address: URL): URL {
  const next = URL.canParse(to, from.href) ? new URL(to, from) : undefined;
  if (next?.hostname === address.hostname && /^https?:$/.test(next.protocol) && !isDowngrade(from, next))
    return next;
  throw answer(address, `it redirects to ${next?.origin ?? 'something that is no address'}, another host`);
}

const isDowngrade = (from: URL, to: URL): boolean => from.protocol === 'https:' && to.protocol === 'http:';

function challengesOf(response: IncomingMessage): string[] {
  return response.headersDistinct['www-authenticate'] ?? [];
}

async function get(
  url: URL,
  authorization: string | undefined,
  { signal, agent, certificate }: FetchOptions,
): Promise<IncomingMessage> {
  const headers = {
    accept: 'image/jpeg, image/png',
    ...(authorization !== undefined && { authorization }),
  };
  const options = { headers, signal };
  const request =
    url.protocol === 'https:'
      ? https.get(url, { ...options, ca: certificate })
      : http.get(url, { ...options, agent });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  // What comes after the response is read, or not: an error of the request is then one of the response.
  request.on('error', () => undefined);
  return response;
}

async function read(response: IncomingMessage, address: URL, { maxBytes }: FetchOptions): Promise<Buffer> {
  const refuse = (bytes: number) => {
    response.destroy();
    return answer(address, `it has more than ${bytes} bytes, source.maxMegabytes allows no more`);
  };
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) throw refuse(maxBytes);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw refuse(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

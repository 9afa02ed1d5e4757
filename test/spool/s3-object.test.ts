import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { UploadItem, UploadOutcome } from '../../src/spool/index.js';
import { S3Writer } from '../../src/spool/s3-object.js';

interface Answer {
  readonly status: number;
  readonly body?: string | Buffer;
  readonly headers?: Record<string, string>;
}

/** Stands for S3, a proxy before it or a portal in its place: says what a test wants. Undefined: nothing at all. */
let answer: Answer | undefined;
let server: Server;
let requests = 0;
beforeAll(async () => {
  server = createServer((request, response) => {
    requests++;
    request.resume();
    request.on('end', () => {
      if (!answer) return;
      response.writeHead(answer.status, answer.headers);
      response.end(answer.body);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});
let writer: S3Writer | undefined;
afterEach(() => writer?.close());

const item: UploadItem = {
  owner: 'feedback',
  bucket: 'samples',
  key: 'a.jpg',
  contentType: 'image/jpeg',
  body: Buffer.from('a picture'),
};

async function put(given: Answer | undefined, leastSeconds?: number): Promise<UploadOutcome> {
  answer = given;
  requests = 0;
  writer = new S3Writer(leastSeconds);
  return writer.put(item, new AbortController().signal);
}

const says = (code: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>No.</Message><RequestId>1</RequestId></Error>`;

describe('one attempt to write an object', () => {
  it.each([
    [403, 'AccessDenied'],
    [404, 'NoSuchBucket'],
    [403, 'InvalidAccessKeyId'],
    [400, 'EntityTooLarge'],
  ])('is refused by %i %s of S3, with the reason', async (status, code) => {
    expect(await put({ status, body: says(code) })).toEqual({
      status: 'refused',
      error: code,
      reason: `s3://samples/a.jpg: ${code}: No. (HTTP ${status})`,
    });
  });

  it.each([
    [500, 'InternalError'],
    [503, 'SlowDown'],
    [503, 'ServiceUnavailable'],
    [403, 'RequestTimeTooSkewed'],
    [400, 'ExpiredToken'],
    // The bytes came wrong, or not all of them.
    [400, 'BadDigest'],
    [400, 'IncompleteBody'],
    [400, 'XAmzContentChecksumMismatch'],
  ])('may be repeated after %i %s', async (status, code) => {
    expect(await put({ status, body: says(code) })).toMatchObject({ status: 'delayed', error: code });
    // Attempts and their pauses are the spool's.
    expect(requests).toBe(1);
  });

  it.each<[string, Answer]>([
    ['a sign-in page for 403', { status: 403, body: '<html>Please sign in' }],
    ['a sign-in page for 200', { status: 200, body: '<html>Please sign in' }],
    ['a redirect to one', { status: 302, headers: { location: 'http://127.0.0.1:9/' } }],
    ['a 404 without a body', { status: 404 }],
    ['bytes that are no text', { status: 400, body: Buffer.from([0, 255, 60, 254, 1, 60, 60]) }],
    ['a gateway that is down', { status: 502, body: 'Bad gateway' }],
  ])('is neither done nor refused by what is not S3: %s', async (_what, given) => {
    expect(await put(given)).toMatchObject({ status: 'delayed' });
  });

  it('is given up where no answer comes', async () => {
    const outcome = await put(undefined, 0.3);
    expect(outcome).toMatchObject({ status: 'delayed' });
    expect(requests).toBe(1);
  });

  it('is done when S3 says so', async () => {
    expect(await put({ status: 200, headers: { etag: '"abc"' } })).toEqual({
      status: 'uploaded',
      etag: '"abc"',
      bytes: 9,
    });
  });
});

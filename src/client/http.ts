import { request as send, type IncomingMessage } from 'node:http';
import { InferenceServiceError, InferenceServiceUnreachable } from './errors.js';
import type { InferenceAnswer, InferenceRequest } from './request.js';

/** Where the service listens: `service.http` of its configuration. */
export type HttpTarget =
  | { readonly socket: string; readonly token?: string }
  /** `http://127.0.0.1:8000` */
  | { readonly url: string; readonly token?: string };

/** @throws InferenceServiceError, InferenceServiceUnreachable */
export async function askOverHttp(
  target: HttpTarget,
  { algoType, serviceName, contentType, body }: InferenceRequest,
  timeoutMs: number,
): Promise<InferenceAnswer> {
  const path = `/v2/models/${serviceName}/predict?algorithm=${algoType}`;
  const base = 'url' in target ? target.url : 'http://localhost';
  const options = {
    method: 'POST',
    headers: {
      'content-type': contentType,
      'content-length': body.byteLength,
      ...(target.token !== undefined && { authorization: `Bearer ${target.token}` }),
    },
    ...('socket' in target && { socketPath: target.socket }),
    signal: AbortSignal.timeout(timeoutMs),
  };
  let status: number;
  let answer: InferenceAnswer;
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      send(new URL(path, base), options, resolve).on('error', reject).end(body);
    });
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    status = response.statusCode ?? 0;
    answer = { contentType: response.headers['content-type'] ?? '', body: Buffer.concat(chunks) };
  } catch (cause) {
    const reason = options.signal.aborted ? `no answer within ${timeoutMs} ms` : (cause as Error).message;
    throw new InferenceServiceUnreachable(`The inference service cannot be reached: ${reason}.`, { cause });
  }
  if (status === 200) return answer;
  throw errorIn(status, Buffer.from(answer.body).toString('utf8'));
}

function errorIn(status: number, text: string): InferenceServiceError {
  try {
    const { code, error } = JSON.parse(text) as { code?: string; error?: string };
    return new InferenceServiceError(code ?? `HTTP.${status}`, error ?? text);
  } catch {
    // Not the service itself: something between, or another server.
    return new InferenceServiceError(`HTTP.${status}`, `HTTP ${status}: ${text.slice(0, 200)}`);
  }
}

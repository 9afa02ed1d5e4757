import type { ErrorCode } from '../errors/index.js';

/** Requests by what became of them. */
export interface ServiceCounters {
  answered: number;
  /** Answered with an error that is the caller's own: unknown model, bad body. */
  refused: number;
  queueFull: number;
  timedOut: number;
  failed: number;
}

interface Failure {
  readonly status: 400 | 404 | 413 | 415 | 429 | 500 | 503 | 504;
  /** As the answers on topics name it. Permanent: callers match it. */
  readonly name: string;
  readonly counter: Exclude<keyof ServiceCounters, 'answered'>;
}

const refused = (status: Failure['status'], name: string): Failure => ({ status, name, counter: 'refused' });

const failures: Partial<Record<ErrorCode, Failure>> = {
  SERVICE_MODEL_UNKNOWN: refused(404, 'Service.Unknown'),
  SERVICE_VERSION_UNKNOWN: refused(404, 'Service.VersionUnknown'),
  SERVICE_REQUEST_INVALID: refused(400, 'Request.Invalid'),
  SERVICE_MEDIA_TYPE: refused(415, 'Request.ContentType'),
  SERVICE_BODY_TOO_LARGE: refused(413, 'Request.TooLarge'),
  SERVICE_ANSWER_TOO_LARGE: refused(500, 'Answer.TooLarge'),
  PICTURE_UNREADABLE: refused(400, 'Request.Unreadable'),
  INPUT_INVALID: refused(400, 'Request.Invalid'),
  SERVICE_QUEUE_FULL: { status: 429, name: 'Queue.Full', counter: 'queueFull' },
  REQUEST_QUEUE_FULL: { status: 429, name: 'Queue.Full', counter: 'queueFull' },
  SERVICE_TIMEOUT: { status: 504, name: 'Service.Timeout', counter: 'timedOut' },
  SERVICE_NOT_READY: { status: 503, name: 'Service.NotReady', counter: 'failed' },
  PIPELINE_UNKNOWN: { status: 503, name: 'Service.NotReady', counter: 'failed' },
};

/** How an error of a request is told, on either way. */
export const failureOf = (code: ErrorCode): Failure =>
  failures[code] ?? { status: 500, name: 'Service.Failed', counter: 'failed' };

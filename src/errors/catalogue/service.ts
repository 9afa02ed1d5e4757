import { entry } from './entry.js';

/** Errors that the inference service answers with. */
export const serviceErrors = {
  SERVICE_MODEL_UNKNOWN: entry<{ model: string; known: string }>({
    message: ({ model, known }) => `No model "${model}" is served here (there: ${known}).`,
    remedy:
      'Name one of them, or add it to `models` and to a pipeline; `source: { type: requests }` needs no camera.',
  }),
  SERVICE_VERSION_UNKNOWN: entry<{ model: string; version: string; actual: string }>({
    message: ({ model, version, actual }) =>
      `The model ${model} is not served in version "${version}" but in ${actual}.`,
    remedy: 'Ask for that version, or for none.',
  }),
  SERVICE_NOT_READY: entry<{ model: string; reason: string }>({
    message: ({ model, reason }) => `The model ${model} cannot answer now: ${reason}.`,
    remedy: 'Ask again in a few seconds; the status topic says how its pipeline is.',
  }),
  SERVICE_REQUEST_INVALID: entry<{ problem: string }>({
    message: ({ problem }) => `The request cannot be understood: ${problem}.`,
    remedy: 'docs/inference-service.md shows the form of requests.',
  }),
  SERVICE_MEDIA_TYPE: entry<{ given: string; known: string }>({
    message: ({ given, known }) => `A body of the type "${given}" is not understood here, but ${known}.`,
    remedy: 'Send one of these types, and name it.',
  }),
  SERVICE_BODY_TOO_LARGE: entry<{ limitBytes: number }>({
    message: ({ limitBytes }) => `The body is larger than ${limitBytes} bytes.`,
    remedy:
      'Send a smaller picture, send it over the HTTP socket instead of a topic, or raise service.maxBodyMegabytes.',
  }),
  SERVICE_ANSWER_TOO_LARGE: entry<{ bytes: number; limitBytes: number }>({
    message: ({ bytes, limitBytes }) =>
      `The answer has ${bytes} bytes, a message on a topic can have ${limitBytes}.`,
    remedy: 'Ask over the HTTP socket.',
  }),
  SERVICE_QUEUE_FULL: entry<{ model: string; limit: number }>({
    message: ({ model, limit }) => `${limit} requests wait for the model ${model} already.`,
    remedy: 'Ask again later and less often, or raise service.queueLimit.',
  }),
  SERVICE_TIMEOUT: entry<{ model: string; seconds: number }>({
    message: ({ model, seconds }) => `The model ${model} did not answer within ${seconds} s.`,
    remedy: 'Ask less often, or raise service.timeoutSeconds.',
  }),
};

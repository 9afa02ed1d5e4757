import { Hono, type Context } from 'hono';
import { EdgeError, isEdgeError } from '../../errors/index.js';
import { failureOf } from '../failure.js';
import type { InferenceService } from '../inference-service.js';
import { algorithms, v1Answer, type Algorithm } from '../v1-answer.js';
import { decompressed, splitBody } from './body.js';
import { pictureOf, readInferRequest, tensorsOf, wantedOutputs } from './infer-request.js';
import { predictionsResponse, tensorsResponse, type InferResponse } from './infer-response.js';
import { modelMetadata, serverMetadata } from './metadata.js';

const pictureTypes = ['image/jpeg', 'image/png'];

/**
 * The inference service over HTTP: the Open Inference Protocol v2 with Triton's extensions for binary tensors, classification and
 * the repository index, so that its clients work; and pictures by POST.
 * https://github.com/kserve/open-inference-protocol
 */
export function createInferenceApp(service: InferenceService, productVersion: string): Hono {
  const app = new Hono();
  app.get('/v2', (context) => context.json(serverMetadata(productVersion)));
  app.get('/v2/health/live', (context) => context.body(null, 200));
  app.get('/v2/health/ready', (context) =>
    context.body(null, service.modelNames.every((name) => service.isReady(name)) ? 200 : 503),
  );
  app.post('/v2/repository/index', async (context) => context.json(await repositoryIndex(service, context)));
  for (const model of ['/v2/models/:model', '/v2/models/:model/versions/:version']) {
    app.get(model, async (context) => {
      const { name, version } = namesIn(context);
      return context.json(modelMetadata(name, await service.describe(name, version)));
    });
    app.get(`${model}/ready`, async (context) => {
      const { name, version } = namesIn(context);
      if (!service.isReady(name)) return context.body(null, 503);
      await service.describe(name, version);
      return context.body(null, 200);
    });
    app.post(`${model}/infer`, async (context) => {
      const answer = await infer(service, context);
      service.count();
      return answer;
    });
    app.post(`${model}/predict`, async (context) => {
      const answer = await predict(service, context);
      service.count();
      return answer;
    });
  }
  app.onError((error, context) => {
    // What is not ours to tell goes to the server, which logs it.
    if (!isEdgeError(error)) throw error;
    service.count(error.code);
    const { status, name } = failureOf(error.code);
    if (status === 429) context.header('Retry-After', '1');
    return context.json({ error: `${error.message} ${error.remedy}`, code: name }, status);
  });
  return app;
}

const namesIn = (context: Context): { name: string; version: string | undefined } => ({
  name: context.req.param('model') ?? '',
  version: context.req.param('version'),
});

const typeOf = (context: Context): string =>
  (context.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';

async function bodyOf(service: InferenceService, context: Context): Promise<Uint8Array> {
  const { maxBodyBytes } = service.limits;
  let body: ArrayBuffer;
  try {
    body = await context.req.arrayBuffer();
  } catch (cause) {
    throw new EdgeError('SERVICE_REQUEST_INVALID', { problem: 'its body broke off' }, { cause });
  }
  return decompressed(new Uint8Array(body), context.req.header('content-encoding'), maxBodyBytes);
}

async function infer(service: InferenceService, context: Context): Promise<Response> {
  if (pictureTypes.includes(typeOf(context))) return predict(service, context);
  const { name, version } = namesIn(context);
  const { signal } = context.req.raw;
  const description = await service.describe(name, version);
  const split = splitBody(
    await bodyOf(service, context),
    context.req.header('inference-header-content-length'),
  );
  const request = readInferRequest(split);
  const names = { model: name, version: description.model.version, id: request.id };
  const picture = pictureOf(request);
  if (picture) {
    const { predictions } = await service.inferPicture(name, picture, signal);
    const binary = (output: string) =>
      request.outputs
        ? request.outputs.find((wanted) => wanted.name === output)?.binary
        : request.binaryByDefault;
    return inferAnswer(context, predictionsResponse(names, predictions, binary));
  }
  // All that can be wrong with the request is found before the model runs.
  const tensors = tensorsOf(request, description);
  const wanted = wantedOutputs(request, description);
  const { outputs } = await service.inferTensors(name, tensors, signal);
  return inferAnswer(context, tensorsResponse(names, wanted, outputs, description));
}

function inferAnswer(context: Context, { body, headerLength }: InferResponse): Response {
  if (headerLength === undefined) return context.body(body, 200, { 'Content-Type': 'application/json' });
  return context.body(body, 200, {
    'Content-Type': 'application/octet-stream',
    'Inference-Header-Content-Length': String(headerLength),
  });
}

/** A JPEG or PNG as the body; the answer is JSON, with `?algorithm=` the one of the v1 connectors. */
async function predict(service: InferenceService, context: Context): Promise<Response> {
  const given = typeOf(context);
  if (!pictureTypes.includes(given))
    throw new EdgeError('SERVICE_MEDIA_TYPE', { given, known: pictureTypes.join(' and ') });
  const { name, version } = namesIn(context);
  const description = await service.describe(name, version);
  const algorithm = algorithmIn(context);
  const body = await bodyOf(service, context);
  const { model, predictions, timingsMs } = await service.inferPicture(name, body, context.req.raw.signal);
  if (algorithm) return context.json(v1Answer(algorithm, predictions, description.labels) as object);
  return context.json({ model_name: name, model_version: model.version, predictions, timings_ms: timingsMs });
}

function algorithmIn(context: Context): Algorithm | undefined {
  const given = context.req.query('algorithm');
  if (given === undefined) return undefined;
  const algorithm = algorithms.find((known) => known === given);
  if (algorithm) return algorithm;
  const problem = `algorithm is "${given}" instead of ${algorithms.join(' or ')}`;
  throw new EdgeError('SERVICE_REQUEST_INVALID', { problem });
}

/** `{"ready": true}` leaves out the models that cannot answer now. */
async function repositoryIndex(service: InferenceService, context: Context): Promise<object[]> {
  const body = Buffer.from(await bodyOf(service, context));
  const { document } = body.byteLength > 0 ? splitBody(body, undefined) : { document: {} };
  const onlyReady = (document as { ready?: unknown } | null)?.ready === true;
  const entries = await Promise.all(
    service.modelNames.map(async (name) => {
      try {
        const { model } = await service.describe(name);
        return { name, version: model.version, state: 'READY' };
      } catch (error) {
        return { name, state: 'UNAVAILABLE', reason: isEdgeError(error) ? error.message : 'unexpected' };
      }
    }),
  );
  return entries.filter(({ state }) => !onlyReady || state === 'READY');
}

import { Hono } from 'hono';
import { describeError, isEdgeError } from '../errors/index.js';
import { eventStream } from './event-stream.js';
import type { LiveState } from './live-state.js';
import { readPageFiles } from './page-files.js';
import type { Pictures } from './pictures.js';

/** Nothing from elsewhere, nothing inline, in no frame. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** So many browsers may look at once. */
const maxWatchers = 100;
const widths = { least: 160, most: 1920 };

/** The live page and what it asks for. Who may ask is decided before. */
export function dashboardRoutes(live: LiveState, pictures: Pictures): Hono {
  const files = readPageFiles();
  let watchers = 0;
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    context.header('Content-Security-Policy', contentSecurityPolicy);
    context.header('X-Content-Type-Options', 'nosniff');
    context.header('Referrer-Policy', 'no-referrer');
    context.header('Cross-Origin-Resource-Policy', 'same-origin');
  });
  app.get('/events', (context) => {
    if (watchers >= maxWatchers) return context.text(`There are ${watchers} watchers already.`, 503);
    watchers++;
    const response = eventStream(context, live);
    context.req.raw.signal.addEventListener('abort', () => watchers--, { once: true });
    return response;
  });
  app.get('/state', (context) => context.json(live.snapshot()));
  app.get('/pictures/:pipeline', async (context) => {
    const frame = Number(context.req.query('frame'));
    const width = Number(context.req.query('width') ?? 640);
    if (!Number.isInteger(frame) || frame < 1) return context.text('frame must be the id of a frame', 400);
    if (!(width >= widths.least && width <= widths.most))
      return context.text(`width must be ${widths.least} to ${widths.most}`, 400);
    try {
      const picture = await pictures.get(context.req.param('pipeline'), frame, width);
      return context.body(Buffer.from(picture.jpeg), 200, {
        'Content-Type': 'image/jpeg',
        'Cache-Control': 'no-store',
        'mli-frame': String(picture.frame),
      });
    } catch (error) {
      return context.text(isEdgeError(error) ? error.message : describeError(error), 404);
    }
  });
  app.get('/:file?', (context) => {
    const file = files.get(context.req.param('file') ?? 'index.html');
    if (!file) return context.notFound();
    return context.body(file.bytes, 200, { 'Content-Type': file.type, 'Cache-Control': 'no-cache' });
  });
  return app;
}

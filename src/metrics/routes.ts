import { Hono } from 'hono';
import type { ComponentMetrics } from './component-metrics.js';

/** Why the component is not ready; empty where it is. */
export type Readiness = () => readonly string[];

/** /metrics for Prometheus; /live and /ready for whoever watches processes. */
export function metricsRoutes(metrics: ComponentMetrics, notReady: Readiness): Hono {
  const app = new Hono();
  app.get('/metrics', async (context) =>
    context.body(await metrics.text(), 200, { 'Content-Type': metrics.registry.contentType }),
  );
  app.get('/live', (context) => context.json({ live: true }));
  app.get('/ready', (context) => {
    const reasons = notReady();
    return context.json({ ready: reasons.length === 0, reasons }, reasons.length === 0 ? 200 : 503);
  });
  return app;
}

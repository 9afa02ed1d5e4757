export { ComponentMetrics, type MetricSources } from './component-metrics.js';
export { CloudWatchMetrics } from './cloudwatch.js';
export { metrics, type MetricDefinition } from './definitions.js';
export { metricsRoutes } from './routes.js';
export { pssBytes } from './memory.js';

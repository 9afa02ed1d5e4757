import { z } from 'zod';
import { isLoopback } from './http.js';
import { boolean, integer, number } from './scalars.js';

/** Who may reach it: this machine only, unless there is a token. */
const listener = (port: number) => ({
  enabled: boolean().default(false),
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen on; any but loopback needs a token.'),
  port: integer(1, 65_535).default(port),
  tokenFile: z
    .string()
    .min(1)
    .optional()
    .describe(
      'File with a token of at least 16 characters, not readable for other users. Who asks must show it: as the bearer token, or in a browser once as ?token=….',
    ),
});

const needsToken = ({ host, tokenFile }: { host: string; tokenFile?: string | undefined }): boolean =>
  isLoopback(host) || tokenFile !== undefined;
const tokenProblem = { path: ['tokenFile'], message: 'must be set where host is not a loopback address' };

export const dashboardSchema = z
  .strictObject(listener(8080))
  .refine(needsToken, tokenProblem)
  .describe('The live page.');

export const metricsSchema = z
  .strictObject({
    ...listener(9464),
    cloudWatch: z
      .strictObject({
        enabled: boolean().default(false),
        namespace: z.string().min(1).max(255).default('GreengrassMLI'),
        intervalSeconds: number(z.number().min(10).max(86_400)).default(60),
      })
      .prefault({})
      .describe('Metrics on cloudwatch/metric/put, for the component aws.greengrass.Cloudwatch.'),
  })
  .refine(needsToken, tokenProblem)
  .describe('Metrics in the text format of Prometheus at /metrics, and /live and /ready.');

export type DashboardConfig = z.output<typeof dashboardSchema>;
export type MetricsConfig = z.output<typeof metricsSchema>;

import { z } from 'zod';
import { boolean, integer } from './scalars.js';

/** Whether only this machine can reach what listens there. */
export const isLoopback = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host);

/**
 * Where an HTTP server of the component listens: the same keys for the inference service, the live page and the metrics.
 * @param defaultPort on loopback
 */
export const httpSchema = (defaultPort: number) =>
  z
    .strictObject({
      enabled: boolean().default(false),
      socket: z
        .string()
        .min(1)
        .optional()
        .describe(
          'Path of a Unix socket instead of host and port: for components of the same user or group, and without a port open.',
        ),
      host: z
        .string()
        .regex(/^[a-zA-Z0-9.:-]+$/, 'must be a name or an IP address, without a port')
        .default('127.0.0.1')
        .describe('Address to listen on. Anything but loopback needs tokenFile.'),
      port: integer(0, 65_535).default(defaultPort).describe('0: any free port; the log says which.'),
      tokenFile: z
        .string()
        .min(1)
        .optional()
        .describe(
          'File with the bearer token that every request has to bring; only the component may read it.',
        ),
    })
    .refine(
      ({ enabled, socket, host, tokenFile }) =>
        !enabled || socket !== undefined || isLoopback(host) || tokenFile !== undefined,
      { path: ['tokenFile'], message: 'is needed where the host is not loopback' },
    );

export type HttpConfig = z.output<ReturnType<typeof httpSchema>>;

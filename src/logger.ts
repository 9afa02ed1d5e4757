import { destination, pino, type Logger } from 'pino';

export type { Logger } from 'pino';

/**
 * The log of a process: JSON lines on standard output (the nucleus keeps it as the component's log), or on standard error
 * where standard output is a command's result. Written synchronously, so that the last line before a crash is there.
 */
export function createLogger(options: {
  name: string;
  level?: string;
  stream?: 'stdout' | 'stderr';
}): Logger {
  return pino(
    {
      name: options.name,
      level: options.level ?? process.env['MLI_LOG_LEVEL'] ?? 'info',
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination({ dest: options.stream === 'stderr' ? 2 : 1, sync: true }),
  );
}

import type { PipelineConfig } from './config/index.js';
import { DriftMonitor, referenceFile } from './drift/index.js';
import type { PipelineOutputOptions } from './pipeline-output.js';
import type { ResultConsumer } from './result-consumers.js';
import { stateFolder } from './state-file.js';

/** Comparisons go to the status topic; where the alarm begins and ends the log says so too. */
export function driftConsumer(
  { drift: config }: PipelineConfig,
  { names: { pipeline }, tell, logger }: PipelineOutputOptions,
): ResultConsumer | undefined {
  if (!config) return undefined;
  let alarm = false;
  const monitor = new DriftMonitor({
    config,
    file: referenceFile(stateFolder(), pipeline),
    onReport: (report) => {
      if (report.alarm !== alarm)
        logger[report.alarm ? 'warn' : 'info'](
          { drift: report },
          report.alarm
            ? 'What the model sees has changed: look at the camera, or train it anew.'
            : 'What the model sees is as it was.',
        );
      ({ alarm } = report);
      tell?.({ type: 'drift', ...report });
    },
    logger,
  });
  // One after the other: the first one may wait for the disk.
  let working = Promise.resolve();
  return {
    take: (_native, { model, predictions: [best] }) =>
      (working = working.then(() => monitor.observe(model.digest, best))),
    close: () => working,
  };
}

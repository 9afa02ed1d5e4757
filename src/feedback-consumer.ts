import type { PipelineConfig } from './config/index.js';
import { EdgeError } from './errors/index.js';
import { Sampler } from './feedback/index.js';
import { fillInTopic } from './publish/index.js';
import type { PipelineOutputOptions } from './pipeline-output.js';
import type { ResultConsumer } from './result-consumers.js';

/** Frames come at one a tick, and a picture is asked for at once. */
export const framesForFeedback = 4;

export function feedbackConsumer(
  { feedback: config, source }: PipelineConfig,
  { names, feedback, ask, logger }: PipelineOutputOptions,
): ResultConsumer | undefined {
  if (!config) return undefined;
  const { pipeline } = names;
  const fillIn = (topic: string | null) => topic && fillInTopic(topic, names);
  const filled = {
    ...config,
    statusTopic: fillIn(config.statusTopic),
    predictionTopic: fillIn(config.predictionTopic),
  };
  if (feedback) return new Sampler({ pipeline, config: filled, source, ask, feedback });
  logger.warn(new EdgeError('SAMPLE_NO_SPOOL', { pipeline }).message);
  return undefined;
}

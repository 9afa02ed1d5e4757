import path from 'node:path';
import type { PipelineConfig } from './config/index.js';
import { EdgeError } from './errors/index.js';
import { Feedback, feedbackOwner, manifestOwner, Manifests, Sampler } from './feedback/index.js';
import type { Logger } from './logger.js';
import { fillInTopic, type Transport } from './publish/index.js';
import type { PipelineOutputOptions } from './pipeline-output.js';
import type { ResultConsumer } from './result-consumers.js';
import type { Spool } from './spool/index.js';
import { stateFolder } from './state-file.js';

/** Frames come at one a tick, and a picture is asked for at once. */
export const framesForFeedback = 4;

/** Before the spool starts: samples of an earlier life of the process are told of as soon as it does. */
export function createFeedback(spool: Spool, transport: Transport, logger: Logger): Feedback {
  const manifests = new Manifests(path.join(stateFolder(), 'manifests'), spool, logger);
  const feedback = new Feedback(spool, transport, manifests, logger);
  spool.onUpload(feedbackOwner, feedback.onUpload);
  spool.onUpload(manifestOwner, manifests.onUpload);
  manifests.start();
  return feedback;
}

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

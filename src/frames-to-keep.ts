import type { Configuration } from './config/index.js';
import { isSensor } from './config/sensor-source.js';
import { framesForFeedback } from './feedback-consumer.js';

/** How many of its last frames a pipeline has to keep for one who asks for them; 0 where none are asked for. */
type Need = (configuration: Configuration, pipeline: string) => number;

/** One for each part that asks for the pictures or windows of results. */
const needs: readonly Need[] = [
  // A browser asks for the picture of a result that it has just been told of.
  ({ dashboard, pipelines }, name) => {
    const source = pipelines[name]?.source;
    return dashboard.enabled && source && !isSensor(source) ? 4 : 0;
  },
  ({ pipelines }, name) => {
    const { feedback, source } = pipelines[name] ?? {};
    return feedback && source && (feedback.image === 'jpeg' || isSensor(source)) ? framesForFeedback : 0;
  },
  // An action comes right after its result, and may be retried once the pipeline has gone on.
  ({ pipelines }, name) =>
    pipelines[name]?.rules.some((rule) =>
      rule.do.some(({ type }) => type === 'snapshot' || type === 'upload'),
    )
      ? 4
      : 0,
];

/** The most that anybody needs: a picture in memory costs up to 6 MB (1920 x 1080 of a video), or the size of its file. */
export const framesToKeep: Need = (configuration, pipeline) =>
  Math.max(0, ...needs.map((need) => need(configuration, pipeline)));

import type { FeedbackConfig } from '../config/feedback.js';
import { describeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import { feedbackMetric, metricsTopic, type FeedbackMetric } from './messages.js';

/** Where the messages about samples go; part of what travels with an upload, since it may end in another life of the process. */
export type FeedbackTopics = Pick<FeedbackConfig, 'statusTopic' | 'predictionTopic' | 'metrics'>;

/** Local topics, as the Greengrass client gives them. */
export interface LocalTopics {
  publish(topic: string, payload: string): Promise<void>;
}

/** Tells what becomes of samples. A message that does not go out is counted, and said once for all in a row. */
export class FeedbackVoice {
  unsent = 0;
  readonly #topics: LocalTopics;
  readonly #logger: Logger;
  #saysWarning = true;

  constructor(topics: LocalTopics, logger: Logger) {
    this.#topics = topics;
    this.#logger = logger;
  }

  async status({ statusTopic }: FeedbackTopics, message: string): Promise<void> {
    if (statusTopic !== null) await this.#say(statusTopic, message);
  }

  /** @returns whether it went out */
  async prediction({ predictionTopic }: FeedbackTopics, message: string): Promise<boolean> {
    return predictionTopic !== null && this.#say(predictionTopic, message);
  }

  async metric({ metrics }: FeedbackTopics, name: FeedbackMetric, value = 1): Promise<void> {
    if (metrics) await this.#say(metricsTopic, feedbackMetric(name, value, new Date()));
  }

  async #say(topic: string, message: string): Promise<boolean> {
    try {
      await this.#topics.publish(topic, message);
      this.#saysWarning = true;
      return true;
    } catch (error) {
      this.unsent++;
      this.#logger[this.#saysWarning ? 'warn' : 'debug'](
        `A message about a sample was not sent. ${describeError(error)}`,
      );
      this.#saysWarning = false;
      return false;
    }
  }
}

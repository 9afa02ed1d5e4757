import type { PipelineConfig } from './config/index.js';
import { driftConsumer } from './drift-consumer.js';
import { feedbackConsumer } from './feedback-consumer.js';
import type { PipelineResult } from './pipeline/result.js';
import type { PipelineOutputOptions } from './pipeline-output.js';
import type { NativeResult } from './publish/index.js';

/** Somebody who does something with each result, after the rules and beside the topics: samples it, takes a picture. */
export interface ResultConsumer {
  /** Never rejects, and never waits for the network: what has to wait goes into a spool. */
  take(native: NativeResult, result: PipelineResult): Promise<void>;
  /** Lets what is under way come to its end. Never rejects. */
  close(): Promise<void>;
}

/** Makes a consumer; undefined where the configuration has no use for it. */
type MakeConsumer = (config: PipelineConfig, options: PipelineOutputOptions) => ResultConsumer | undefined;

/** One line for each part that wants results. */
const makers: readonly MakeConsumer[] = [feedbackConsumer, driftConsumer];

export const createConsumers = (config: PipelineConfig, options: PipelineOutputOptions): ResultConsumer[] =>
  makers.map((make) => make(config, options)).filter((consumer) => consumer !== undefined);

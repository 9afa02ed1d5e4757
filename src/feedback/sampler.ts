import { withDeadline } from '../deadline.js';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { FeedbackConfig } from '../config/feedback.js';
import type { SourceConfig } from '../config/source.js';
import { EdgeError } from '../errors/index.js';
import type { AskPipeline } from '../pipeline/requests.js';
import type { PipelineResult } from '../pipeline/result.js';
import { classProbabilities, detectionRows, isDetection } from '../v1-prediction.js';
import type { Feedback } from './feedback.js';
import { sampleDropped, sampleFailed } from './messages.js';
import { keepsSample } from './strategy.js';

export interface SamplerOptions {
  readonly pipeline: string;
  readonly config: FeedbackConfig;
  readonly source: SourceConfig;
  readonly ask: AskPipeline;
  readonly feedback: Feedback;
}

/** For the picture of a frame and the names of its classes. */
const askLimitMs = 10_000;

interface Picture {
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly extension: string;
}

/** Samples one pipeline: asks the strategy of each result, and sends the pictures of those that it keeps. */
export class Sampler {
  readonly #options: SamplerOptions;
  readonly #ending = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  #labels: { readonly digest: string; readonly labels: readonly string[] } | undefined;

  constructor(options: SamplerOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async take(_native: unknown, result: PipelineResult): Promise<void> {
    const work = this.#consider(result).finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
    await work;
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#underWay);
  }

  async #consider(result: PipelineResult): Promise<void> {
    const { pipeline, config, feedback } = this.#options;
    const id = randomUUID();
    const confidences = result.predictions.map(({ confidence }) => confidence);
    if (!keepsSample(config, confidences, Math.random())) {
      await feedback.voice.status(config, sampleDropped(id));
      await feedback.voice.metric(config, 'SampleNotUsed');
      return;
    }
    if (!feedback.begin(pipeline, config.requestLimit)) {
      const message = `${config.requestLimit ?? 0} requests are under way already`;
      await feedback.voice.status(config, sampleFailed(id, 'Queue.Full', message));
      await feedback.voice.metric(config, 'ErrorRequestThrottled');
      return;
    }
    try {
      await this.#upload(id, result);
    } catch (error) {
      await feedback.fail(id, config, error);
    } finally {
      feedback.end(pipeline);
    }
  }

  async #upload(id: string, result: PipelineResult): Promise<void> {
    const { pipeline, config, feedback } = this.#options;
    const { bucket, prefix, region, requestLimit } = config;
    // Together: the frame is kept for a few ticks only.
    const [labels, picture] = await Promise.all([this.#labelsOf(result), this.#picture(result)]);
    const { predictions } = result;
    const modelPrediction = isDetection(predictions)
      ? detectionRows(predictions, labels)
      : classProbabilities(predictions, labels);
    const { body, contentType, extension } = picture;
    const key = `${prefix}${randomUUID()}.${extension}`;
    const sample = { id, pipeline, bucket, key, region, contentType, body, modelPrediction };
    await feedback.upload(sample, config, requestLimit !== undefined);
  }

  async #labelsOf({ model: { digest } }: PipelineResult): Promise<readonly string[]> {
    if (this.#labels?.digest === digest) return this.#labels.labels;
    const { model, labels } = await this.#options.ask({ type: 'describe' }, this.#limit());
    this.#labels = { digest: model.digest, labels };
    return labels;
  }

  async #picture({ frame, predictions }: PipelineResult): Promise<Picture> {
    const { config, ask } = this.#options;
    if (config.image === 'original') return this.#original(frame.name);
    const { quality, hide } = config;
    const boxes = predictions.flatMap(({ label, box }) => (box && hide?.labels.includes(label) ? [box] : []));
    const regions = [...(hide?.regions ?? []), ...boxes];
    const request = {
      type: 'picture' as const,
      frame: frame.id,
      quality,
      ...(hide && regions.length > 0 && { hide: { regions, how: hide.how } }),
    };
    const { jpeg } = await ask(request, this.#limit());
    return { body: jpeg, contentType: 'image/jpeg', extension: 'jpg' };
  }

  async #original(name: string | undefined): Promise<Picture> {
    const { pipeline, source } = this.#options;
    const noOriginal = (reason: string, cause?: unknown) =>
      new EdgeError('SAMPLE_NO_ORIGINAL', { pipeline, reason }, { cause });
    if (source.type !== 'images' || name === undefined) throw noOriginal('its source has no files');
    const extension = path.extname(name).slice(1).toLowerCase();
    try {
      const single = path.basename(source.path) === name;
      const body = await readFile(single ? source.path : path.join(source.path, name));
      return { body, contentType: contentTypes[extension] ?? 'application/octet-stream', extension };
    } catch (cause) {
      throw noOriginal((cause as Error).message, cause);
    }
  }

  #limit(): AbortSignal {
    return withDeadline(this.#ending.signal, askLimitMs);
  }
}

const contentTypes: Record<string, string> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  bmp: 'image/bmp',
};

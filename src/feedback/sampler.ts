import { withDeadline } from '../deadline.js';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { FeedbackConfig } from '../config/feedback.js';
import type { SourceConfig } from '../config/source.js';
import { EdgeError } from '../errors/index.js';
import { takeEvidence, type Evidence } from '../evidence.js';
import type { AskPipeline, ModelDescription } from '../pipeline/requests.js';
import type { PipelineResult } from '../pipeline/result.js';
import { classProbabilities, detectionRows } from '../v1-prediction.js';
import type { Feedback, Sample } from './feedback.js';
import { labelAttributes } from './manifest-line.js';
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

/** The picture or the window of a result, as its file is to be. */
type SampleFile = Pick<Evidence, 'body' | 'size'> & {
  readonly contentType: string;
  readonly extension: string;
};

type Model = Pick<ModelDescription, 'model' | 'task' | 'labels'>;

/** Samples one pipeline: asks the strategy of each result, and sends the pictures or windows of those that it keeps. */
export class Sampler {
  readonly #options: SamplerOptions;
  readonly #ending = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  #model: Model | undefined;

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
      feedback.tally.add(pipeline, 'notUsed');
      await feedback.voice.status(config, sampleDropped(id));
      await feedback.voice.metric(config, 'SampleNotUsed');
      return;
    }
    if (!feedback.begin(pipeline, config.requestLimit)) {
      feedback.tally.add(pipeline, 'refused');
      const message = `${config.requestLimit ?? 0} requests are under way already`;
      await feedback.voice.status(config, sampleFailed(id, 'Queue.Full', message));
      await feedback.voice.metric(config, 'ErrorRequestThrottled');
      return;
    }
    try {
      await this.#upload(id, result);
    } catch (error) {
      await feedback.fail(id, pipeline, config, error);
    } finally {
      feedback.end(pipeline);
    }
  }

  async #upload(id: string, result: PipelineResult): Promise<void> {
    const { pipeline, config, feedback } = this.#options;
    const { bucket, prefix, region, requestLimit } = config;
    // Together: the frame is kept for a few ticks only.
    const [model, file] = await Promise.all([this.#modelOf(result), this.#file(result)]);
    const { predictions } = result;
    const modelPrediction =
      model.task === 'object-detection'
        ? detectionRows(predictions, model.labels)
        : classProbabilities(predictions, model.labels);
    const { body, contentType, extension } = file;
    const key = `${prefix}${randomUUID()}.${extension}`;
    const manifest = this.#manifest(model, file, result);
    const sample = { id, pipeline, bucket, key, region, contentType, body, modelPrediction };
    await feedback.upload({ ...sample, ...(manifest && { manifest }) }, config, requestLimit !== undefined);
  }

  #manifest(
    { task, labels }: Model,
    { size }: SampleFile,
    { predictions }: PipelineResult,
  ): Sample['manifest'] {
    const { pipeline, config } = this.#options;
    const { bucket, prefix, region, manifest } = config;
    if (!manifest) return undefined;
    const { labelAttribute: attribute, everySeconds, maxSamples } = manifest;
    const target = {
      pipeline,
      bucket,
      prefix,
      ...(region !== undefined && { region }),
      everySeconds,
      maxSamples,
    };
    // Ground Truth has no labels for windows of sensors: their lines say what the model said, and no more.
    if (!size) return { target, attributes: {} };
    const picture = { size, predictions, detects: task === 'object-detection', labels };
    return { target, attributes: labelAttributes(picture, { attribute, pipeline, now: new Date() }) };
  }

  async #modelOf({ model: { digest } }: PipelineResult): Promise<Model> {
    if (this.#model?.model.digest === digest) return this.#model;
    const { pipeline, ask } = this.#options;
    this.#model = await this.#limited((limit) => ask({ type: 'describe' }, limit));
    // Another one has taken its place meanwhile: its classes have other numbers.
    if (this.#model.model.digest !== digest) throw new EdgeError('SAMPLE_MODEL_GONE', { pipeline });
    return this.#model;
  }

  async #file({ frame, predictions }: PipelineResult): Promise<SampleFile> {
    const { config, ask } = this.#options;
    const { image, quality, hide } = config;
    if (image === 'original' && !('samples' in frame)) {
      const { width, height } = frame;
      return { ...(await this.#original(frame.name)), size: { width, height } };
    }
    const boxes = predictions.flatMap(({ label, box }) => (box && hide?.labels.includes(label) ? [box] : []));
    const regions = [...(hide?.regions ?? []), ...boxes];
    const wish = { quality, ...(hide && regions.length > 0 && { hide: { regions, how: hide.how } }) };
    return this.#limited((limit) => takeEvidence(ask, frame, wish, limit));
  }

  async #original(name: string | undefined): Promise<Omit<SampleFile, 'size'>> {
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

  #limited<T>(work: (limit: AbortSignal) => Promise<T>): Promise<T> {
    return withDeadline(this.#ending.signal, askLimitMs, work);
  }
}

const contentTypes: Record<string, string> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  bmp: 'image/bmp',
};

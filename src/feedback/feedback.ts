import { z } from 'zod';
import { describeError, EdgeError, isEdgeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import type { Stored, UploadItem, UploadListener, UploadOutcome } from '../spool/index.js';
import { sampleFailed, samplePrediction, sampleUploaded } from './messages.js';
import { FeedbackVoice, type FeedbackTopics, type LocalTopics } from './voice.js';

/** As the spool knows the uploads of this part. */
export const feedbackOwner = 'feedback';

/** The part of the spool that samples use. */
export interface UploadSpool {
  push(kind: 'uploads', item: UploadItem): Promise<Stored>;
  readonly status: { readonly uploads: { readonly waiting: number } };
}

/** A sample that is kept, ready for S3. */
export interface Sample {
  readonly id: string;
  readonly pipeline: string;
  readonly bucket: string;
  readonly key: string;
  readonly region: string | undefined;
  readonly contentType: string;
  readonly body: Uint8Array;
  readonly modelPrediction: unknown;
}

/** What a sample needs when its upload ends, perhaps after a restart. */
const contextSchema = z.object({
  id: z.string(),
  pipeline: z.string(),
  modelPrediction: z.unknown(),
  /** Refused ones are given up, as v1 did. */
  limited: z.boolean(),
  topics: z.object({
    statusTopic: z.string().nullable(),
    predictionTopic: z.string().nullable(),
    metrics: z.boolean(),
  }),
});

/** Samples of all pipelines on their way: holds the request limit, and tells what became of each. */
export class Feedback {
  readonly voice: FeedbackVoice;
  readonly #spool: UploadSpool;
  readonly #logger: Logger;
  /** By pipeline: being made, and waiting for S3. */
  readonly #making = new Map<string, number>();
  readonly #waiting = new Map<string, Set<string>>();

  constructor(spool: UploadSpool, topics: LocalTopics, logger: Logger) {
    this.#spool = spool;
    this.#logger = logger;
    this.voice = new FeedbackVoice(topics, logger);
  }

  /** Whether one more may begin; one that does calls `end` when it is in the spool or has failed. */
  begin(pipeline: string, limit: number | undefined): boolean {
    // The spool may have given some up to its budget, which nobody is told.
    if (this.#spool.status.uploads.waiting === 0) this.#waitingOf(pipeline).clear();
    const making = this.#making.get(pipeline) ?? 0;
    if (limit !== undefined && making + this.#waitingOf(pipeline).size >= limit) return false;
    this.#making.set(pipeline, making + 1);
    return true;
  }

  end(pipeline: string): void {
    this.#making.set(pipeline, (this.#making.get(pipeline) ?? 1) - 1);
  }

  /** @throws EdgeError SAMPLE_NOT_KEPT */
  async upload(sample: Sample, topics: FeedbackTopics, limited: boolean): Promise<void> {
    const { id, pipeline, bucket, key, region, contentType, body, modelPrediction } = sample;
    const waiting = this.#waitingOf(pipeline);
    waiting.add(id);
    const { statusTopic, predictionTopic, metrics } = topics;
    const stored = await this.#spool.push('uploads', {
      owner: feedbackOwner,
      bucket,
      key,
      contentType,
      ...(region !== undefined && { region }),
      body,
      context: {
        id,
        pipeline,
        modelPrediction,
        limited,
        topics: { statusTopic, predictionTopic, metrics },
      },
    });
    if (stored !== 'lost') return;
    waiting.delete(id);
    throw new EdgeError('SAMPLE_NOT_KEPT', { pipeline });
  }

  /** Tells that a sample did not come to be. Never rejects. */
  async fail(id: string, topics: FeedbackTopics, error: unknown): Promise<void> {
    const code = isEdgeError(error) ? error.code : 'UNEXPECTED';
    this.#logger.warn({ code }, `A sample is lost. ${describeError(error)}`);
    await this.#failed(id, topics, code, describeError(error));
  }

  readonly onUpload: UploadListener = async (item, outcome) => {
    const context = contextSchema.safeParse(item.context);
    if (!context.success) {
      // Of another version of the component: the sample arrives, nobody waits for the messages about it.
      this.#logger.warn(`The upload ${item.key} does not say which sample it is.`);
      return 'keep';
    }
    const { id, pipeline, modelPrediction, limited, topics } = context.data;
    if (outcome.status === 'uploaded') {
      this.#waitingOf(pipeline).delete(id);
      await this.#uploaded(id, pipeline, modelPrediction, topics, item, outcome);
      return 'keep';
    }
    if (outcome.status === 'refused') {
      await this.#failed(id, topics, outcome.error, outcome.reason);
      if (limited) this.#waitingOf(pipeline).delete(id);
      return limited ? 'drop' : 'keep';
    }
    return 'keep';
  };

  async #uploaded(
    id: string,
    pipeline: string,
    modelPrediction: unknown,
    topics: FeedbackTopics,
    { bucket, key }: { bucket: string; key: string },
    { etag, bytes }: Extract<UploadOutcome, { status: 'uploaded' }>,
  ): Promise<void> {
    await this.voice.status(topics, sampleUploaded(id, { bucket, key, etag }));
    await this.voice.metric(topics, 'SampleUploadSuccess');
    await this.voice.metric(topics, 'SampleSize', bytes);
    const prediction = samplePrediction({ bucket, key }, modelPrediction, pipeline, new Date());
    if (await this.voice.prediction(topics, prediction))
      await this.voice.metric(topics, 'SampleAndPredictionPublished');
  }

  async #failed(id: string, topics: FeedbackTopics, error: string, message: string): Promise<void> {
    await this.voice.status(topics, sampleFailed(id, error, message));
    await this.voice.metric(topics, 'SampleUploadFailure');
  }

  #waitingOf(pipeline: string): Set<string> {
    const known = this.#waiting.get(pipeline);
    if (known) return known;
    const made = new Set<string>();
    this.#waiting.set(pipeline, made);
    return made;
  }
}

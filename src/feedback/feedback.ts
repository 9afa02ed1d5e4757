import { z } from 'zod';
import { describeError, EdgeError, isEdgeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import type { Stored, UploadItem, UploadListener, UploadOutcome } from '../spool/index.js';
import type { SampleTally } from './counts.js';
import { manifestTargetSchema, type ManifestTarget } from './manifest-file.js';
import type { Manifests } from './manifests.js';
import { manifestLine, sampleFailed, samplePrediction, sampleUploaded } from './messages.js';
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
  /** The manifest that it gets a line in, and what the line says beside the place of the sample. */
  readonly manifest?: { readonly target: ManifestTarget; readonly attributes: Record<string, unknown> };
}

/** What a sample needs when its upload ends, perhaps after a restart. */
const contextSchema = z.object({
  id: z.string(),
  pipeline: z.string(),
  modelPrediction: z.unknown(),
  /** Refused ones are given up, as v1 did. */
  limited: z.boolean(),
  manifest: z
    .object({ target: manifestTargetSchema, attributes: z.record(z.string(), z.unknown()) })
    .optional(),
  topics: z.object({
    statusTopic: z.string().nullable(),
    predictionTopic: z.string().nullable(),
    metrics: z.boolean(),
  }),
});

/** Samples of all pipelines on their way: holds the request limit, and tells what became of each. */
export class Feedback {
  readonly voice: FeedbackVoice;
  readonly tally: SampleTally;
  readonly #manifests: Manifests;
  readonly #spool: UploadSpool;
  readonly #logger: Logger;
  /** By pipeline: being made, and waiting for S3. */
  readonly #making = new Map<string, number>();
  readonly #waiting = new Map<string, Set<string>>();

  constructor(spool: UploadSpool, topics: LocalTopics, manifests: Manifests, logger: Logger) {
    this.#spool = spool;
    this.#manifests = manifests;
    this.tally = manifests.tally;
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
    const { id, pipeline, bucket, key, region, contentType, body, modelPrediction, manifest } = sample;
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
        ...(manifest && { manifest }),
        topics: { statusTopic, predictionTopic, metrics },
      },
    });
    if (stored !== 'lost') return;
    waiting.delete(id);
    throw new EdgeError('SAMPLE_NOT_KEPT', { pipeline });
  }

  /** Tells that a sample did not come to be. Never rejects. */
  async fail(id: string, pipeline: string, topics: FeedbackTopics, error: unknown): Promise<void> {
    this.tally.add(pipeline, 'lost');
    const code = isEdgeError(error) ? error.code : 'UNEXPECTED';
    this.#logger.warn({ code }, `A sample is lost. ${describeError(error)}`);
    await this.#failed(id, topics, code, describeError(error));
  }

  /** What is under way stays on the disk. */
  close(): Promise<void> {
    return this.#manifests.close();
  }

  readonly onUpload: UploadListener = async (item, outcome) => {
    const context = contextSchema.safeParse(item.context);
    if (!context.success) {
      // Of another version of the component: the sample arrives, nobody waits for the messages about it.
      this.#logger.warn(`The upload ${item.key} does not say which sample it is.`);
      return 'keep';
    }
    const { id, pipeline, limited, topics } = context.data;
    if (outcome.status === 'uploaded') {
      this.#waitingOf(pipeline).delete(id);
      this.tally.add(pipeline, 'done');
      await this.#uploaded(context.data, item, outcome);
      return 'keep';
    }
    if (outcome.status === 'refused') {
      await this.#failed(id, topics, outcome.error, outcome.reason);
      if (limited) {
        this.#waitingOf(pipeline).delete(id);
        this.tally.add(pipeline, 'refused');
      }
      return limited ? 'drop' : 'keep';
    }
    return 'keep';
  };

  async #uploaded(
    { id, pipeline, modelPrediction, topics, manifest }: z.output<typeof contextSchema>,
    { bucket, key }: { bucket: string; key: string },
    { etag, bytes }: Extract<UploadOutcome, { status: 'uploaded' }>,
  ): Promise<void> {
    await this.voice.status(topics, sampleUploaded(id, { bucket, key, etag }));
    await this.voice.metric(topics, 'SampleUploadSuccess');
    await this.voice.metric(topics, 'SampleSize', bytes);
    const now = new Date();
    if (manifest) {
      const { target, attributes } = manifest;
      const line = manifestLine({ bucket, key }, attributes, modelPrediction, pipeline, now);
      if (!(await this.#manifests.add(target, line))) this.tally.add(pipeline, 'unlisted');
    }
    const prediction = samplePrediction({ bucket, key }, modelPrediction, pipeline, now);
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

import { EdgeError, isEdgeError, type ErrorCode } from '../errors/index.js';
import type { ModelDescription, PipelineReplies, PipelineRequest } from '../pipeline/requests.js';
import type { Tensor } from '../types.js';
import { Admission } from './admission.js';
import { failureOf, type ServiceCounters } from './failure.js';

/** The pipelines of the component, as the service sees them. */
export interface PipelinesToAsk {
  /** Digest of the model that a pipeline runs; undefined where it does not run. */
  digestOf(pipeline: string): string | undefined;
  ask<R extends PipelineRequest>(
    pipeline: string,
    request: R,
    signal: AbortSignal,
  ): Promise<PipelineReplies[R['type']]>;
}

/** A model that is served, by the name that the configuration gives it. */
export interface ServedModel {
  readonly name: string;
  /** That run it; of those that are as busy the first is asked. */
  readonly pipelines: readonly string[];
}

export interface ServiceLimits {
  readonly concurrency: number;
  readonly queueLimit: number;
  readonly timeoutSeconds: number;
  readonly maxBodyBytes: number;
}

/** Inferences for others: finds the pipeline that runs a model, and lets no more through to it than its frames can bear. */
export class InferenceService {
  readonly counters: ServiceCounters = { answered: 0, refused: 0, queueFull: 0, timedOut: 0, failed: 0 };
  readonly limits: ServiceLimits;
  readonly #pipelines: PipelinesToAsk;
  readonly #models: ReadonlyMap<string, ServedModel>;
  readonly #admissions = new Map<string, Admission>();
  readonly #descriptions = new Map<
    string,
    { readonly digest: string; readonly description: ModelDescription }
  >();

  constructor(pipelines: PipelinesToAsk, models: readonly ServedModel[], limits: ServiceLimits) {
    this.#pipelines = pipelines;
    this.#models = new Map(models.map((model) => [model.name, model]));
    this.limits = limits;
  }

  get modelNames(): string[] {
    return [...this.#models.keys()];
  }

  /** To be called once a request. @param error what it is answered with; undefined where it succeeded */
  count(error?: ErrorCode): void {
    this.counters[error === undefined ? 'answered' : failureOf(error).counter]++;
  }

  /** Whether one of its pipelines runs. @throws EdgeError SERVICE_MODEL_UNKNOWN */
  isReady(name: string): boolean {
    return this.#runningPipelines(name).length > 0;
  }

  /** @throws EdgeError SERVICE_MODEL_UNKNOWN, SERVICE_VERSION_UNKNOWN, SERVICE_NOT_READY, SERVICE_TIMEOUT */
  async describe(name: string, version?: string): Promise<ModelDescription> {
    const description = await this.#describe(this.#leastBusy(name), name, this.#limit());
    const actual = description.model.version;
    if (version !== undefined && version !== actual)
      throw new EdgeError('SERVICE_VERSION_UNKNOWN', { model: name, version, actual });
    return description;
  }

  /** A JPEG or PNG. @throws EdgeError SERVICE_*, PICTURE_UNREADABLE, OUTPUT_INVALID, and others of the pipeline */
  inferPicture(
    name: string,
    body: Uint8Array,
    caller?: AbortSignal,
  ): Promise<PipelineReplies['infer-picture']> {
    return this.#infer(name, { type: 'infer-picture', body }, caller);
  }

  /** Tensors that fit the description. @throws EdgeError SERVICE_*, INPUT_INVALID, RUN_FAILED, and others of the pipeline */
  inferTensors(
    name: string,
    tensors: Readonly<Record<string, Tensor>>,
    caller?: AbortSignal,
  ): Promise<PipelineReplies['infer-tensors']> {
    return this.#infer(name, { type: 'infer-tensors', tensors }, caller);
  }

  async #infer<R extends PipelineRequest>(
    model: string,
    request: R,
    caller: AbortSignal | undefined,
  ): Promise<PipelineReplies[R['type']]> {
    const pipeline = this.#leastBusy(model);
    const admission = this.#admissionTo(pipeline);
    if (admission.full) throw new EdgeError('SERVICE_QUEUE_FULL', { model, limit: this.limits.queueLimit });
    const limit = this.#limit();
    const signal = caller ? AbortSignal.any([caller, limit]) : limit;
    return this.#inTime(model, limit, () =>
      admission.run(() => this.#pipelines.ask(pipeline, request, signal), signal),
    );
  }

  async #describe(pipeline: string, model: string, limit: AbortSignal): Promise<ModelDescription> {
    const digest = this.#pipelines.digestOf(pipeline);
    const known = this.#descriptions.get(pipeline);
    if (known && known.digest === digest) return known.description;
    const description = await this.#inTime(model, limit, () =>
      this.#pipelines.ask(pipeline, { type: 'describe' }, limit),
    );
    this.#descriptions.set(pipeline, { digest: description.model.digest, description });
    return description;
  }

  /** What is cut off by the limit, here or in the pipeline, is told as that. */
  async #inTime<T>(model: string, limit: AbortSignal, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      if (limit.aborted) {
        const { timeoutSeconds: seconds } = this.limits;
        throw new EdgeError('SERVICE_TIMEOUT', { model, seconds }, { cause });
      }
      if (isEdgeError(cause) && cause.code === 'REQUEST_FAILED') {
        const { reason } = (cause as EdgeError<'REQUEST_FAILED'>).details;
        throw new EdgeError('SERVICE_NOT_READY', { model, reason }, { cause });
      }
      throw cause;
    }
  }

  #limit(): AbortSignal {
    return AbortSignal.timeout(Math.ceil(this.limits.timeoutSeconds * 1000));
  }

  #runningPipelines(name: string): readonly string[] {
    const model = this.#models.get(name);
    if (!model) {
      const known = this.modelNames.join(', ') || 'none';
      throw new EdgeError('SERVICE_MODEL_UNKNOWN', { model: name, known });
    }
    return model.pipelines.filter((pipeline) => this.#pipelines.digestOf(pipeline) !== undefined);
  }

  #leastBusy(name: string): string {
    const running = this.#runningPipelines(name);
    const load = (pipeline: string) => this.#admissionTo(pipeline).load;
    const [first, ...others] = running;
    if (first === undefined)
      throw new EdgeError('SERVICE_NOT_READY', { model: name, reason: 'none of its pipelines runs' });
    return others.reduce((best, other) => (load(other) < load(best) ? other : best), first);
  }

  #admissionTo(pipeline: string): Admission {
    const known = this.#admissions.get(pipeline);
    if (known) return known;
    const admission = new Admission(this.limits.concurrency, this.limits.queueLimit);
    this.#admissions.set(pipeline, admission);
    return admission;
  }
}

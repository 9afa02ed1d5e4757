import type { ModelSourceConfig } from '../../config/model.js';
import { judgeAwsError } from '../aws/failure.js';
import { parseS3Uri } from '../aws/s3.js';
import { CompilationJobs, TrainingJobs, type SageMakerJobs } from '../aws/sagemaker.js';
import { repeat } from '../transfer/attempts.js';
import { fetchObject, type RemoteContext } from './s3-object.js';
import type { Located, Origin } from './origin.js';

export type JobSource = Extract<ModelSourceConfig, { type: 'sagemakerTrainingJob' | 'neoCompilationJob' }>;

/** The model of a job: of a certain one, or of the newest that begins with a prefix. */
export class SageMakerJob implements Origin {
  readonly fixed: boolean;
  readonly #type: JobSource['type'];
  readonly #jobs: SageMakerJobs;
  readonly #name: string | undefined;
  readonly #prefix: string | undefined;
  readonly #context: RemoteContext;

  constructor(source: JobSource, context: RemoteContext) {
    const { arn, name } =
      source.type === 'sagemakerTrainingJob'
        ? { arn: source.arn, name: undefined }
        : { arn: undefined, name: source.name };
    const region = source.region ?? arn?.split(':')[3];
    this.#type = source.type;
    this.#jobs =
      source.type === 'sagemakerTrainingJob' ? new TrainingJobs(region) : new CompilationJobs(region);
    this.#name = name ?? arn?.slice(arn.indexOf('/') + 1);
    this.#prefix = source.namePrefix;
    this.#context = context;
    this.fixed = source.sha256 !== undefined;
  }

  async locate(quick: boolean, signal?: AbortSignal): Promise<Located> {
    try {
      const name =
        this.#name ??
        (await this.#ask('list', quick, signal, (inner) => this.#jobs.newest(this.#prefix ?? '', inner)));
      const { arn, artifact } = await this.#ask('describe', quick, signal, (inner) =>
        this.#jobs.find(name, inner),
      );
      return {
        origin: { type: this.#type, uri: arn, revision: `${arn} ${artifact}` },
        fetch: (inner) => fetchObject(parseS3Uri(artifact), this.#jobs.region, this.#context, inner),
      };
    } finally {
      this.#jobs.close();
    }
  }

  async #ask<T>(
    what: 'list' | 'describe',
    quick: boolean,
    signal: AbortSignal | undefined,
    action: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { policy, logger } = this.#context;
    const uri = this.#name ?? `${this.#prefix ?? ''}*`;
    const attempt = async () => {
      const limit = AbortSignal.timeout(quick ? policy.quickMs : policy.windowMs);
      try {
        return await action(signal ? AbortSignal.any([signal, limit]) : limit);
      } catch (error) {
        throw limit.aborted ? new Error('no answer came in time', { cause: error }) : error;
      }
    };
    return repeat(attempt, {
      uri,
      logger,
      signal,
      policy: quick ? { ...policy, attempts: 1 } : policy,
      judge: (error) =>
        judgeAwsError(error, {
          uri,
          action: what === 'list' ? this.#jobs.listAction : this.#jobs.describeAction,
          region: this.#jobs.region,
        }),
    });
  }
}

import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { EdgeError } from '../../errors/index.js';
import { deviceRegion } from './region.js';

/** A job that is completed, and where its model is. */
export interface FinishedJob {
  readonly arn: string;
  /** `s3://…/model.tar.gz`, as SageMaker says; never put together from names. */
  readonly artifact: string;
}

interface JobSummary {
  readonly name: string | undefined;
  readonly createdAt: Date | undefined;
}

interface JobDescription {
  readonly arn: string | undefined;
  readonly status: string | undefined;
  readonly failure: string | undefined;
  readonly artifact: string | undefined;
}

/** Jobs of one kind: training or compilation. */
export abstract class SageMakerJobs {
  readonly region: string | undefined;
  #client: SageMakerClient | undefined;

  constructor(region: string | undefined) {
    this.region = region ?? deviceRegion();
  }

  /** The word that this kind uses for success: `Completed` or `COMPLETED`. */
  protected abstract readonly completed: string;
  abstract readonly listAction: string;
  abstract readonly describeAction: string;
  /** A page of completed jobs with this text somewhere in their names, the newest first. */
  protected abstract list(
    nameContains: string,
    nextToken: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<{ jobs: readonly JobSummary[]; nextToken: string | undefined }>;
  protected abstract describe(name: string, signal: AbortSignal | undefined): Promise<JobDescription>;

  /** @throws EdgeError MODEL_JOB_UNFINISHED, MODEL_JOB_FAILED; errors of the SDK */
  async find(name: string, signal?: AbortSignal): Promise<FinishedJob> {
    const { arn = name, status = 'of unknown state', failure, artifact } = await this.describe(name, signal);
    if (/^(in ?progress|starting|stopping)$/i.test(status))
      throw new EdgeError('MODEL_JOB_UNFINISHED', { job: arn, status });
    if (status !== this.completed) {
      throw new EdgeError('MODEL_JOB_FAILED', {
        job: arn,
        status,
        reason: failure || 'SageMaker gives no reason',
      });
    }
    if (artifact === undefined)
      throw new EdgeError('MODEL_JOB_FAILED', { job: arn, status, reason: 'it has no model artifact' });
    return { arn, artifact };
  }

  /** The completed one with this prefix that was created last. @throws EdgeError MODEL_ORIGIN_MISSING; errors of the SDK */
  async newest(prefix: string, signal?: AbortSignal): Promise<string> {
    let nextToken: string | undefined;
    do {
      const page = await this.list(prefix, nextToken, signal);
      // The service filters by "contains".
      const fitting = page.jobs.filter(({ name }) => name?.startsWith(prefix));
      const newest = fitting.sort((a, b) => (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0))[0]
        ?.name;
      if (newest !== undefined) return newest;
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    throw new EdgeError('MODEL_ORIGIN_MISSING', {
      uri: `${prefix}*`,
      reason: 'SageMaker has no completed job whose name begins so',
    });
  }

  close(): void {
    this.#client?.destroy();
    this.#client = undefined;
  }

  protected async client(): Promise<SageMakerClient> {
    const { SageMakerClient } = await import('@aws-sdk/client-sagemaker');
    this.#client ??= new SageMakerClient({
      ...(this.region !== undefined && { region: this.region }),
      maxAttempts: 1,
    });
    return this.#client;
  }
}

export class TrainingJobs extends SageMakerJobs {
  protected readonly completed = 'Completed';
  readonly listAction = 'sagemaker:ListTrainingJobs';
  readonly describeAction = 'sagemaker:DescribeTrainingJob';

  protected async list(nameContains: string, nextToken: string | undefined, signal: AbortSignal | undefined) {
    const { ListTrainingJobsCommand } = await import('@aws-sdk/client-sagemaker');
    const command = new ListTrainingJobsCommand({
      NameContains: nameContains,
      StatusEquals: 'Completed',
      SortBy: 'CreationTime',
      SortOrder: 'Descending',
      MaxResults: 100,
      NextToken: nextToken,
    });
    const page = await (await this.client()).send(command, signal ? { abortSignal: signal } : {});
    const jobs = (page.TrainingJobSummaries ?? []).map((job) => ({
      name: job.TrainingJobName,
      createdAt: job.CreationTime,
    }));
    return { jobs, nextToken: page.NextToken };
  }

  protected async describe(name: string, signal: AbortSignal | undefined) {
    const { DescribeTrainingJobCommand } = await import('@aws-sdk/client-sagemaker');
    const command = new DescribeTrainingJobCommand({ TrainingJobName: name });
    const job = await (await this.client()).send(command, signal ? { abortSignal: signal } : {});
    return {
      arn: job.TrainingJobArn,
      status: job.TrainingJobStatus,
      failure: job.FailureReason,
      artifact: job.ModelArtifacts?.S3ModelArtifacts,
    };
  }
}

export class CompilationJobs extends SageMakerJobs {
  protected readonly completed = 'COMPLETED';
  readonly listAction = 'sagemaker:ListCompilationJobs';
  readonly describeAction = 'sagemaker:DescribeCompilationJob';

  protected async list(nameContains: string, nextToken: string | undefined, signal: AbortSignal | undefined) {
    const { ListCompilationJobsCommand } = await import('@aws-sdk/client-sagemaker');
    const command = new ListCompilationJobsCommand({
      NameContains: nameContains,
      StatusEquals: 'COMPLETED',
      SortBy: 'CreationTime',
      SortOrder: 'Descending',
      MaxResults: 100,
      NextToken: nextToken,
    });
    const page = await (await this.client()).send(command, signal ? { abortSignal: signal } : {});
    const jobs = (page.CompilationJobSummaries ?? []).map((job) => ({
      name: job.CompilationJobName,
      createdAt: job.CreationTime,
    }));
    return { jobs, nextToken: page.NextToken };
  }

  protected async describe(name: string, signal: AbortSignal | undefined) {
    const { DescribeCompilationJobCommand } = await import('@aws-sdk/client-sagemaker');
    const command = new DescribeCompilationJobCommand({ CompilationJobName: name });
    const job = await (await this.client()).send(command, signal ? { abortSignal: signal } : {});
    return {
      arn: job.CompilationJobArn,
      status: job.CompilationJobStatus,
      failure: job.FailureReason,
      artifact: job.ModelArtifacts?.S3ModelArtifacts,
    };
  }
}

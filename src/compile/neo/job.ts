import type {
  CompilationJobStatus,
  CreateCompilationJobCommandInput,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { calling } from '../../deploy/aws-failure.js';
import { EdgeError } from '../../errors/index.js';
import { pause } from '../../pause.js';

/** What a compilation job is asked for; Neo says what it does not accept. */
export interface NeoOrder {
  readonly name: string;
  readonly roleArn: string;
  /** `s3://…/model.tar.gz` */
  readonly input: string;
  /** `s3://…/`, where the artifact goes. */
  readonly output: string;
  /** As Neo names it: ONNX, MXNET, … */
  readonly framework: string;
  readonly frameworkVersion?: string | undefined;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly architecture: 'X86_64' | 'ARM64' | 'ARM_EABIHF';
}

const ended: ReadonlySet<CompilationJobStatus> = new Set(['COMPLETED', 'FAILED', 'STOPPED']);
const maxRuntimeSeconds = 3600;

/** SageMaker Neo's compilation jobs, in one region. */
export class NeoJobs {
  readonly #client: SageMakerClient;
  readonly #region: string;

  /** @param region for messages */
  constructor(client: SageMakerClient, region: string) {
    this.#client = client;
    this.#region = region;
  }

  /** @throws EdgeError DEPLOY_FORBIDDEN, DEPLOY_REFUSED, DEPLOY_CREDENTIALS_*, DEPLOY_UNREACHABLE */
  async create(order: NeoOrder): Promise<void> {
    const { CreateCompilationJobCommand } = await import('@aws-sdk/client-sagemaker');
    const input: CreateCompilationJobCommandInput = {
      CompilationJobName: order.name,
      RoleArn: order.roleArn,
      InputConfig: {
        S3Uri: order.input,
        DataInputConfig: JSON.stringify(order.shapes),
        Framework: order.framework as NonNullable<
          CreateCompilationJobCommandInput['InputConfig']
        >['Framework'],
        ...(order.frameworkVersion !== undefined && { FrameworkVersion: order.frameworkVersion }),
      },
      OutputConfig: {
        S3OutputLocation: order.output,
        TargetPlatform: { Os: 'LINUX', Arch: order.architecture },
      },
      StoppingCondition: { MaxRuntimeInSeconds: maxRuntimeSeconds },
    };
    await calling(this.#call('CreateCompilationJob', order.name), () =>
      this.#client.send(new CreateCompilationJobCommand(input)),
    );
  }

  /**
   * Waits until the job is completed.
   * @throws EdgeError NEO_JOB_FAILED, NEO_JOB_TIMEOUT; the reason of the signal
   */
  async wait(
    name: string,
    options: {
      readonly timeoutSeconds: number;
      readonly pollMs: number;
      readonly progress: (text: string) => void;
      readonly signal: AbortSignal;
    },
  ): Promise<void> {
    const { DescribeCompilationJobCommand } = await import('@aws-sdk/client-sagemaker');
    const limit = AbortSignal.timeout(options.timeoutSeconds * 1000);
    const signal = AbortSignal.any([options.signal, limit]);
    let before = '';
    for (;;) {
      const job = await calling(this.#call('DescribeCompilationJob', name), () =>
        this.#client.send(new DescribeCompilationJobCommand({ CompilationJobName: name })),
      );
      const status = job.CompilationJobStatus ?? 'STARTING';
      if (status === 'COMPLETED') return;
      if (ended.has(status)) {
        const reason = (job.FailureReason || 'SageMaker gives no reason').replace(/\.$/, '');
        throw new EdgeError('NEO_JOB_FAILED', { job: name, status, reason });
      }
      if (status !== before) options.progress(`compilation job ${name}: ${status}`);
      before = status;
      if (await pause(options.pollMs, signal)) continue;
      options.signal.throwIfAborted();
      throw new EdgeError('NEO_JOB_TIMEOUT', { job: name, timeoutSeconds: options.timeoutSeconds, status });
    }
  }

  #call(operation: string, name: string) {
    return {
      action: `sagemaker:${operation}`,
      resource: `the compilation job ${name}`,
      region: this.#region,
    };
  }
}

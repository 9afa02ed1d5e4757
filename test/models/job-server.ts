import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  DescribeCompilationJob$,
  DescribeTrainingJob$,
  ListCompilationJobs$,
  ListTrainingJobs$,
} from '@aws-sdk/client-sagemaker';

export interface Job {
  readonly name: string;
  readonly status: string;
  readonly createdAt: number;
  readonly artifact?: string;
  readonly failure?: string;
}

type Input = Readonly<Record<string, unknown>>;

/** What the SDK says of an operation: [kind, namespace, name, traits, () => input, () => output]; of a structure: [kind, namespace, name, traits, member names, …]. */
type OperationSchema = readonly [
  unknown,
  unknown,
  unknown,
  unknown,
  () => readonly [unknown, unknown, unknown, unknown, readonly string[]],
];
const memberNames = (operation: unknown): readonly string[] => (operation as OperationSchema)[4]()[4];

const operations: Readonly<Record<string, unknown>> = {
  DescribeTrainingJob: DescribeTrainingJob$,
  ListTrainingJobs: ListTrainingJobs$,
  DescribeCompilationJob: DescribeCompilationJob$,
  ListCompilationJobs: ListCompilationJobs$,
};

/** The part of SageMaker that finds jobs, strict about its input: moto neither sorts jobs nor lists compilations reliably. */
export class JobServer {
  readonly training: Job[] = [];
  readonly compilation: Job[] = [];
  readonly requests: string[] = [];
  /** Jobs a page: small, so that one page is never enough. */
  pageSize = 2;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { status, body } = this.#answer(
          String(request.headers['x-amz-target']),
          JSON.parse(Buffer.concat(chunks).toString()) as Input,
        );
        response
          .writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' })
          .end(JSON.stringify(body));
      });
    });
  }

  static async start(): Promise<JobServer> {
    const server = new JobServer();
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(target: string, input: Input): { status: number; body: object } {
    const refuse = (message: string) => ({ status: 400, body: { __type: 'ValidationException', message } });
    const name = /^SageMaker\.(\w+)$/.exec(target)?.[1] ?? '';
    this.requests.push(name);
    const operation = operations[name];
    if (!operation) return refuse(`unknown operation ${target}`);
    const unknown = Object.keys(input).filter((key) => !memberNames(operation).includes(key));
    if (unknown.length > 0) return refuse(`unknown members ${unknown.join(', ')}`);
    const kind = name.includes('Training') ? 'Training' : 'Compilation';
    const jobs = kind === 'Training' ? this.training : this.compilation;
    return name.startsWith('List')
      ? this.#list(kind, jobs, input)
      : (describe(kind, jobs, input) ?? refuse('Requested resource not found.'));
  }

  #list(kind: string, jobs: readonly Job[], input: Input): { status: number; body: object } {
    const sign = input['SortOrder'] === 'Descending' ? -1 : 1;
    const fitting = jobs
      .filter(
        ({ status, name }) =>
          status === input['StatusEquals'] && name.includes(String(input['NameContains'])),
      )
      .sort((a, b) => sign * (a.createdAt - b.createdAt));
    const from = Number(input['NextToken'] ?? 0);
    const page = fitting.slice(from, from + this.pageSize).map((job) => ({
      [`${kind}JobName`]: job.name,
      [`${kind}JobArn`]: arnOf(kind, job.name),
      [`${kind}JobStatus`]: job.status,
      CreationTime: job.createdAt,
      ...(kind === 'Compilation' && { CompilationTargetDevice: 'ml_c5' }),
    }));
    const more = from + this.pageSize < fitting.length;
    return {
      status: 200,
      body: { [`${kind}JobSummaries`]: page, ...(more && { NextToken: String(from + this.pageSize) }) },
    };
  }
}

const arnOf = (kind: string, name: string): string =>
  `arn:aws:sagemaker:eu-central-1:123456789012:${kind.toLowerCase()}-job/${name}`;

function describe(
  kind: string,
  jobs: readonly Job[],
  input: Input,
): { status: number; body: object } | undefined {
  const job = jobs.find(({ name }) => name === input[`${kind}JobName`]);
  return (
    job && {
      status: 200,
      body: {
        [`${kind}JobName`]: job.name,
        [`${kind}JobArn`]: arnOf(kind, job.name),
        [`${kind}JobStatus`]: job.status,
        FailureReason: job.failure ?? '',
        CreationTime: job.createdAt,
        ...(job.artifact !== undefined && { ModelArtifacts: { S3ModelArtifacts: job.artifact } }),
      },
    }
  );
}

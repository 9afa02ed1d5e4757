import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateCompilationJob$, DescribeCompilationJob$ } from '@aws-sdk/client-sagemaker';

type Input = Readonly<Record<string, unknown>>;
type OperationSchema = readonly [
  unknown,
  unknown,
  unknown,
  unknown,
  () => readonly [unknown, unknown, unknown, unknown, readonly string[]],
];
const memberNames = (operation: unknown): readonly string[] => (operation as OperationSchema)[4]()[4];

/** SageMaker's compilation jobs on loopback, strict about names of members: a job goes through `statuses`, one a question. */
export class NeoServer {
  readonly created: Input[] = [];
  statuses = ['STARTING', 'INPROGRESS', 'COMPLETED'];
  failure = '';
  artifact = '';
  readonly #server: Server;
  #asked = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const input = JSON.parse(Buffer.concat(chunks).toString()) as Input;
        const { status, body } = this.#answer(String(request.headers['x-amz-target']), input);
        response
          .writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' })
          .end(JSON.stringify(body));
      });
    });
  }

  static async start(): Promise<NeoServer> {
    const server = new NeoServer();
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  reset(): void {
    this.#asked = 0;
    this.created.length = 0;
    this.statuses = ['STARTING', 'INPROGRESS', 'COMPLETED'];
    this.failure = '';
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(target: string, input: Input): { status: number; body: object } {
    const refuse = (message: string) => ({ status: 400, body: { __type: 'ValidationException', message } });
    const creating = target === 'SageMaker.CreateCompilationJob';
    if (!creating && target !== 'SageMaker.DescribeCompilationJob')
      return refuse(`unknown operation ${target}`);
    const members = memberNames(creating ? CreateCompilationJob$ : DescribeCompilationJob$);
    const unknown = Object.keys(input).filter((key) => !members.includes(key));
    if (unknown.length > 0) return refuse(`unknown members ${unknown.join(', ')}`);
    const name = String(input['CompilationJobName']);
    const arn = `arn:aws:sagemaker:eu-central-1:123456789012:compilation-job/${name}`;
    if (creating) {
      this.created.push(input);
      return { status: 200, body: { CompilationJobArn: arn } };
    }
    const status = this.statuses[Math.min(this.#asked++, this.statuses.length - 1)] ?? '';
    const body = { CompilationJobName: name, CompilationJobArn: arn, CompilationJobStatus: status };
    const artifact = { ModelArtifacts: { S3ModelArtifacts: this.artifact } };
    return {
      status: 200,
      body: { ...body, FailureReason: this.failure, ...(status === 'COMPLETED' && artifact) },
    };
  }
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inputOf, matchOperation, type AwsRequest } from './aws-request.js';
import { errorOf, operationsOf, problemsOf, type Operation } from './aws-schema.js';

/** What an operation answers; `input` has passed its schema. */
export type Handler = (input: never) => unknown;

/** An error of the service, by the name of its shape. */
export class ServiceError extends Error {
  constructor(
    override readonly name: string,
    message: string,
    readonly members: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

export interface StrictServerOptions {
  /** The module of the client, such as `@aws-sdk/client-greengrassv2`. */
  readonly client: Readonly<Record<string, unknown>>;
  readonly handlers: Readonly<Record<string, Handler>>;
  /** Requests that are none of the client's operations, for a second service on the same port. @returns whether it took the request */
  readonly otherwise?: (request: AwsRequest, response: ServerResponse) => boolean;
}

/** The access key that the server knows; every other one is refused as AWS does. */
export const accessKeyId = 'AKIDEXAMPLE';

/**
 * A service of AWS on the loopback interface. Strict where AWS is: an operation, a query parameter or a member that the schema
 * does not have, a required one that is missing, and a value of another type are refused with ValidationException. Its own
 * answers are held against the schemas too: `faults` must be empty at the end of a test.
 */
export class StrictServer {
  /** Inputs in the order in which they came, by operation. */
  readonly calls: { readonly operation: string; readonly input: Record<string, unknown> }[] = [];
  /** Answers of the handlers that the schema does not allow. */
  readonly faults: string[] = [];
  readonly #operations: readonly Operation[];
  readonly #server: Server;

  constructor(private readonly options: StrictServerOptions) {
    this.#operations = operationsOf(options.client);
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  callsOf(operation: string): Record<string, unknown>[] {
    return this.calls.filter((call) => call.operation === operation).map(({ input }) => input);
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const request = {
      method: message.method ?? 'GET',
      url: new URL(message.url ?? '/', 'http://127.0.0.1'),
      headers: message.headers,
      body: Buffer.concat(chunks),
    };
    try {
      this.#answer(request, response);
    } catch (error) {
      if (error instanceof ServiceError) this.#refuse(error, response);
      else {
        this.faults.push(String(error instanceof Error ? error.stack : error));
        response.writeHead(500).end('{}');
      }
    }
  }

  #answer(request: AwsRequest, response: ServerResponse): void {
    const match = matchOperation(this.#operations, request);
    if (!match) {
      if (this.options.otherwise?.(request, response)) return;
      throw new ServiceError(
        'ValidationException',
        `${request.method} ${request.url.pathname} is not an operation`,
      );
    }
    checkSignature(request);
    const { name, input: inputSchema, output: outputSchema, status } = match.operation;
    const input = readInput(() => inputOf(match, request));
    this.calls.push({ operation: name, input });
    const problems = problemsOf(inputSchema, input);
    if (problems.length > 0) throw new ServiceError('ValidationException', `${name}: ${problems.join('; ')}`);
    const handler = this.options.handlers[name];
    if (!handler) throw new Error(`the test has no handler for ${name}`);
    const output = handler(input as never) ?? {};
    this.faults.push(...problemsOf(outputSchema, output).map((problem) => `answer of ${name}: ${problem}`));
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(output));
  }

  #refuse({ name, message, members }: ServiceError, response: ServerResponse): void {
    // The signature is checked before the service: its errors are in no client's schema.
    const known = Object.hasOwn(this.options.client, `${name}$`);
    const shape = known ? errorOf(this.options.client, name) : { status: 403, schema: undefined };
    const body = { message, ...members };
    if (known) this.faults.push(...problemsOf(shape.schema, body).map((problem) => `${name}: ${problem}`));
    response
      .writeHead(shape.status, { 'content-type': 'application/json', 'x-amzn-errortype': name })
      .end(JSON.stringify(body));
  }
}

function readInput(read: () => Record<string, unknown>): Record<string, unknown> {
  try {
    return read();
  } catch (error) {
    throw new ServiceError('ValidationException', (error as Error).message);
  }
}

function checkSignature({ headers }: AwsRequest): void {
  const credential = /Credential=([^/]+)\//.exec(headers.authorization as string)?.[1];
  if (credential === accessKeyId) return;
  throw new ServiceError(
    'UnrecognizedClientException',
    'The security token included in the request is invalid.',
  );
}

import { EdgeError, describeError, isEdgeError } from '../errors/index.js';

/** What was asked of the nucleus, for the sentences of an error. */
export interface Request {
  /** Without its prefix `aws.greengrass#`. */
  readonly operation: string;
  /** Topic, filter or key path. */
  readonly resource?: string;
}

/** The parts of the SDK's RpcError that say what happened; `message` is undefined on nucleus lite. */
interface RpcErrorLike {
  readonly description?: string;
  readonly serviceError?: {
    readonly message?: string;
    readonly _message?: string;
    readonly _errorCode?: string;
  };
}

/** Turns whatever the SDK rejected with into the error of that kind. */
export function fromRpcError(error: unknown, request: Request): EdgeError {
  if (isEdgeError(error)) return error;
  const { serviceError, description } = (
    typeof error === 'object' && error !== null ? error : {}
  ) as RpcErrorLike;
  const { operation, resource } = request;
  // A shape that the SDK's model does not declare for the operation arrives as this sentence only.
  const undeclared = /Unexpected response shape received: 'aws\.greengrass#(\w+)'/.exec(
    description ?? '',
  )?.[1];
  const text =
    serviceError?.message ?? serviceError?._message ?? (undeclared === undefined ? describeError(error) : '');
  const type =
    serviceError?._errorCode ??
    undeclared ??
    (serviceError === undefined ? 'a failure of the client' : 'an error');
  if (type === 'UnauthorizedError') {
    const service = operation.endsWith('IoTCore')
      ? 'aws.greengrass.ipc.mqttproxy'
      : 'aws.greengrass.ipc.pubsub';
    return new EdgeError(
      'IPC_UNAUTHORIZED',
      { operation, resource: resource ?? '*', service, text },
      { cause: error },
    );
  }
  return new EdgeError(
    'IPC_SERVICE_ERROR',
    { operation, ...(resource === undefined ? {} : { resource }), type, text },
    { cause: error },
  );
}

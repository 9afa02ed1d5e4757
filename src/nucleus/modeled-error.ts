/** Error shapes of the IPC model that the operations served here declare. */
export type ErrorShape =
  | 'UnauthorizedError'
  | 'InvalidArgumentsError'
  | 'ResourceNotFoundError'
  | 'FailedUpdateConditionCheckError'
  | 'ServiceError';

/** An answer of the protocol, not a failure of the nucleus: it travels to the client in the shape that it names. */
export class ModeledError extends Error {
  override readonly name = 'ModeledError';

  constructor(
    readonly shape: ErrorShape,
    message: string,
  ) {
    super(message);
  }
}

/** The service was reached and answered with an error. */
export class InferenceServiceError extends Error {
  override readonly name = 'InferenceServiceError';

  /** @param code permanent, such as Queue.Full, Service.Unknown, Request.Unreadable */
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The service cannot be reached, or did not answer in time. Whether it worked on the request is unknown. */
export class InferenceServiceUnreachable extends Error {
  override readonly name = 'InferenceServiceUnreachable';
}

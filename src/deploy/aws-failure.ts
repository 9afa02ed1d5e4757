import { EdgeError } from '../errors/index.js';

/** What was asked for when it failed. */
export interface AwsCall {
  /** The IAM action that it needs. */
  readonly action: string;
  readonly resource: string;
  readonly region: string;
}

/** The parts of the SDK's errors that we look at. */
interface AwsError {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const badCredentials =
  /^(UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId|ExpiredToken|InvalidToken|SignatureDoesNotMatch|IncompleteSignature|InvalidSignature|AuthFailure|MissingAuthenticationToken)/;

/** Does a request to AWS; what fails becomes an error of ours that says what to do. */
export async function calling<T>(call: AwsCall, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw awsFailure(error, call);
  }
}

/** @returns the error that a person can act on; what is not from AWS comes back as it is */
export function awsFailure(error: unknown, { action, resource, region }: AwsCall): unknown {
  if (!(error instanceof Error) || error instanceof EdgeError) return error;
  const { name = '', message = '', code, $metadata } = error as AwsError;
  const status = $metadata?.httpStatusCode;
  const reason = sentence(name, message);
  const cause = { cause: error };
  if (/CredentialsProviderError|TokenProviderError/.test(name)) {
    return new EdgeError('DEPLOY_CREDENTIALS_MISSING', { reason: message.replace(/\.$/, '') }, cause);
  }
  if (/^Region (is missing|not accepted)/.test(message))
    return new EdgeError('DEPLOY_REGION_UNKNOWN', { region }, cause);
  if (badCredentials.test(name)) return new EdgeError('DEPLOY_CREDENTIALS_INVALID', { reason }, cause);
  if (status === 403 || status === 401)
    return new EdgeError('DEPLOY_FORBIDDEN', { action, resource, reason }, cause);
  if (name === 'ResourceNotFoundException')
    return new EdgeError('DEPLOY_NOT_FOUND', { resource, region }, cause);
  if (status === 429 || (status ?? 0) >= 500)
    return new EdgeError('DEPLOY_UNREACHABLE', { action, region, reason }, cause);
  if (status !== undefined && status >= 300)
    return new EdgeError('DEPLOY_REFUSED', { action, resource, reason }, cause);
  if (code !== undefined || name === 'TimeoutError') {
    return new EdgeError('DEPLOY_UNREACHABLE', { action, region, reason: message || (code ?? name) }, cause);
  }
  return error;
}

const sentence = (name: string, message: string): string =>
  message === '' || message === name ? name : `${name}: ${message.replace(/\.$/, '')}`;

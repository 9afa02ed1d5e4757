import { EdgeError } from '../../errors/index.js';
import { TooSlow, type Verdict } from '../transfer/verdict.js';

/** What was asked for when it failed. */
export interface AwsRequest {
  readonly uri: string;
  /** The IAM action that it needs. */
  readonly action: string;
  readonly region: string | undefined;
}

/** The parts of the SDK's errors that we look at. */
interface AwsError {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** A response that another attempt may better, whatever its status. */
const transient =
  /^(SlowDown|Throttl|TooManyRequests|RequestLimitExceeded|RequestTimeout|RequestTimeTooSkewed|RequestExpired|ExpiredToken|InternalError|ServiceUnavailable)/;

const missing =
  /^(NoSuchKey|NoSuchBucket|NoSuchVersion|NotFound|ResourceNotFound|ResourceNotFoundException)$/;

const elsewhere =
  /^(PermanentRedirect|TemporaryRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraintException)$/;

/** Sorts an error of the AWS SDK, or of the connection below it. */
export function judgeAwsError(error: unknown, { uri, action, region = 'none' }: AwsRequest): Verdict {
  const { name = '', message = '', code, $metadata } = error as AwsError;
  const status = $metadata?.httpStatusCode ?? 0;
  const reason = sentence(name, message, status);
  const final = (edgeError: EdgeError): Verdict => ({ final: edgeError });

  if (error instanceof TooSlow) return { retry: error.message };
  if (status === 412) return { retry: 'the object was replaced meanwhile', startOver: true };
  if (status === 416) return { retry: 'the object is shorter than what has arrived', startOver: true };
  if (/^checksum mismatch/i.test(message))
    return { retry: 'what came does not have the checksum of the object', startOver: true };
  if (/CredentialsProviderError|TokenProviderError/.test(name)) {
    return final(new EdgeError('MODEL_CREDENTIALS_MISSING', { uri, reason: message }, { cause: error }));
  }
  if (/^Region is missing/.test(message)) {
    return final(
      new EdgeError(
        'MODEL_ORIGIN_REGION',
        { uri, region, reason: 'neither the configuration nor the device names one' },
        { cause: error },
      ),
    );
  }
  if (transient.test(name) || status >= 500 || status === 429) return { retry: reason };
  if (elsewhere.test(name) || (status >= 300 && status < 400)) {
    return final(new EdgeError('MODEL_ORIGIN_REGION', { uri, region, reason }, { cause: error }));
  }
  if (missing.test(name) || status === 404 || /requested resource not found|could not find /i.test(message)) {
    return final(new EdgeError('MODEL_ORIGIN_MISSING', { uri, reason }, { cause: error }));
  }
  if (status === 401 || (status === 403 && name !== 'InvalidObjectState') || /^AccessDenied/.test(name)) {
    return final(new EdgeError('MODEL_ORIGIN_FORBIDDEN', { uri, action, reason }, { cause: error }));
  }
  if (status >= 400) return final(new EdgeError('MODEL_ORIGIN_REFUSED', { uri, reason }, { cause: error }));
  // No answer, or one that broke off: the network.
  if (status === 0 || (status >= 200 && status < 300))
    return { retry: code ? `${code} ${message}`.trim() : reason };
  throw error;
}

function sentence(name: string, message: string, status: number): string {
  const text =
    message === '' || message === 'UnknownError' || message === name
      ? name
      : `${name}: ${message.replace(/\.$/, '')}`;
  return status > 0 ? `${text} (HTTP ${status})` : text;
}

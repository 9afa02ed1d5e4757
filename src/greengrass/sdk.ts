import { EdgeError, describeError } from '../errors/index.js';

/** The one part of the AWS IoT device SDK that is loaded: 57 MB of memory, so only processes that talk to a nucleus do it. */
export type Sdk = typeof import('aws-iot-device-sdk-v2/dist/greengrasscoreipc.js');
export type SdkClient = ReturnType<Sdk['createClient']>;

/** @throws EdgeError IPC_SDK_MISSING where the package or its binary for this platform is not there. */
export async function loadSdk(): Promise<Sdk> {
  try {
    return await import('aws-iot-device-sdk-v2/dist/greengrasscoreipc.js');
  } catch (cause) {
    throw new EdgeError('IPC_SDK_MISSING', { reason: describeError(cause) }, { cause });
  }
}

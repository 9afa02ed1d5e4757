import { describe, expect, it } from 'vitest';
import { fromRpcError } from '../../src/greengrass/rpc-error.js';

const request = { operation: 'PublishToTopic', resource: 'line1/gate' };

describe('an error of the SDK', () => {
  it('is a missing permission, with the text of either nucleus', () => {
    const classic = {
      description: 'd',
      serviceError: { message: 'Principal x', _message: 'Principal x', _errorCode: 'UnauthorizedError' },
    };
    const lite = {
      description: 'd',
      serviceError: { _message: 'IPC Operation not authorized.', _errorCode: 'UnauthorizedError' },
    };
    expect(fromRpcError(classic, request).details).toMatchObject({ text: 'Principal x' });
    expect(fromRpcError(lite, request)).toMatchObject({
      code: 'IPC_UNAUTHORIZED',
      message:
        'The Greengrass nucleus denies aws.greengrass#PublishToTopic on "line1/gate" with "IPC Operation not authorized.".',
    });
  });

  it('names the service that the rule belongs to', () => {
    const error = { serviceError: { _errorCode: 'UnauthorizedError', _message: '' } };
    expect(fromRpcError(error, { operation: 'SubscribeToIoTCore', resource: 'a' }).remedy).toContain(
      'aws.greengrass.ipc.mqttproxy',
    );
    expect(fromRpcError(error, request).remedy).toContain('aws.greengrass.ipc.pubsub');
  });

  it('is a missing permission too where the SDK does not declare the shape', () => {
    const error = { description: "Unexpected response shape received: 'aws.greengrass#UnauthorizedError'" };
    expect(fromRpcError(error, request).code).toBe('IPC_UNAUTHORIZED');
  });

  it('is readable with the empty message of lite', () => {
    const error = { serviceError: { _message: '', _errorCode: 'ServiceError' } };
    expect(fromRpcError(error, { operation: 'UpdateState' }).message).toBe(
      'The Greengrass nucleus answered UpdateState with ServiceError.',
    );
  });

  it('keeps what it was as the cause', () => {
    const error = new Error('Operation stream activation failure');
    const mapped = fromRpcError(error, request);
    expect(mapped.cause).toBe(error);
    expect(mapped.message).toContain('Operation stream activation failure');
  });
});

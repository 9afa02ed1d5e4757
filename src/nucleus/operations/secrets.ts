import { z } from 'zod';
import { ModeledError } from '../modeled-error.js';
import { readRequest, type Operation } from './operation.js';

const service = 'aws.greengrass.SecretManager';
const requestSchema = z.object({ secretId: z.string().min(1) });

export const getSecretValue: Operation = (call) => {
  const { secretId } = readRequest(requestSchema, call);
  const { nucleus, caller } = call;
  nucleus.authorize({ component: caller.name, service, operation: 'GetSecretValue', resource: secretId });
  const secretString = nucleus.secrets.get(secretId);
  if (secretString === undefined)
    throw new ModeledError('ResourceNotFoundError', `Secret ${secretId} is not on this device`);
  return { secretId, versionId: '1', versionStage: ['AWSCURRENT'], secretValue: { secretString } };
};

import { z } from 'zod';
import { ModeledError } from '../modeled-error.js';
import { hasWildcard, isTopicFilter } from '../topic-filter.js';
import { readRequest, type Operation } from './operation.js';

const service = 'aws.greengrass.ipc.mqttproxy';
const qosSchema = z.enum(['0', '1']);
const publishSchema = z.object({
  topicName: z.string().min(1),
  qos: qosSchema,
  payload: z.base64().default(''),
});
const subscribeSchema = z.object({ topicName: z.string().min(1), qos: qosSchema });

export const publishToIotCore: Operation = (call) => {
  const { topicName, qos, payload } = readRequest(publishSchema, call);
  const { nucleus, caller } = call;
  nucleus.authorize({ component: caller.name, service, operation: 'PublishToIoTCore', resource: topicName });
  const failure = (reason: string) => {
    nucleus.logger.warn(
      { component: caller.name, topic: topicName, reason },
      'A message for IoT Core was refused.',
    );
    // Lite says nothing of the reason.
    const text =
      nucleus.traits.kind === 'lite' ? '' : `Publish to topic ${topicName} failed with error ${reason}`;
    return new ModeledError('ServiceError', text);
  };
  if (hasWildcard(topicName)) throw failure('the topic has a wildcard');
  const bytes = Buffer.from(payload, 'base64');
  const limit = nucleus.traits.iotCoreBytes;
  if (bytes.byteLength > limit)
    throw failure(`the payload has ${bytes.byteLength} bytes, the limit is ${limit}`);
  const refusal = nucleus.iotCore.publish({
    topic: topicName,
    payload: bytes,
    qos: qos === '1' ? 1 : 0,
    from: caller.name,
  });
  if (refusal !== undefined) throw failure(refusal);
  return {};
};

export const subscribeToIotCore: Operation = (call) => {
  const { topicName } = readRequest(subscribeSchema, call);
  const { nucleus, caller, stream } = call;
  nucleus.authorize({
    component: caller.name,
    service,
    operation: 'SubscribeToIoTCore',
    resource: topicName,
  });
  if (!isTopicFilter(topicName))
    throw new ModeledError('InvalidArgumentsError', `"${topicName}" is no topic filter.`);
  const unsubscribe = nucleus.iotCore.subscribe({
    filter: topicName,
    receive: ({ topic, payload }) =>
      stream.event('IoTCoreMessage', { message: { topicName: topic, payload: payload.toString('base64') } }),
  });
  stream.onClose(unsubscribe);
  return {};
};

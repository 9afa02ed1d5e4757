import { z } from 'zod';
import { isJsonObject, type Json, type JsonObject } from '../configuration-tree.js';
import type { LocalMessage } from '../local-pubsub.js';
import { ModeledError } from '../modeled-error.js';
import { hasWildcard, isTopicFilter } from '../topic-filter.js';
import { readRequest, type Operation } from './operation.js';

const service = 'aws.greengrass.ipc.pubsub';

const publishSchema = z.object({
  topic: z.string().min(1),
  publishMessage: z.union([
    z.object({ binaryMessage: z.object({ message: z.base64() }) }),
    z.object({ jsonMessage: z.object({ message: z.record(z.string(), z.json()) }) }),
  ]),
});

const subscribeSchema = z.object({
  topic: z.string().min(1),
  receiveMode: z.enum(['RECEIVE_ALL_MESSAGES', 'RECEIVE_MESSAGES_FROM_OTHERS']).optional(),
});

export const publishToTopic: Operation = (call) => {
  const { topic, publishMessage } = readRequest(publishSchema, call);
  const { nucleus, caller } = call;
  nucleus.authorize({ component: caller.name, service, operation: 'PublishToTopic', resource: topic });
  if (hasWildcard(topic) || topic.includes('*')) {
    throw new ModeledError('InvalidArgumentsError', 'Publish topic must not contain a wildcard.');
  }
  if ('binaryMessage' in publishMessage) {
    const { message } = publishMessage.binaryMessage;
    const bytes = message.length + Buffer.byteLength(topic);
    if (bytes > nucleus.traits.messageBytes.accepted) {
      nucleus.disconnect(`a message of ${bytes} bytes is larger than the buffer of this nucleus`);
    } else if (bytes > nucleus.traits.messageBytes.delivered) {
      nucleus.logger.warn(
        { component: caller.name, topic, bytes },
        'A message was answered and dropped: it is too large for this nucleus.',
      );
    } else {
      nucleus.pubsub.publish({
        topic,
        from: caller.name,
        content: { binary: Buffer.from(message, 'base64') },
      });
    }
    return {};
  }
  const json: Json = publishMessage.jsonMessage.message;
  const nodes = countNodes(json);
  if (nodes > nucleus.traits.jsonNodes) {
    const receivers = nucleus.pubsub.receivers(topic, caller.name);
    nucleus.pubsub.drop(receivers);
    nucleus.logger.warn(
      { component: caller.name, topic, nodes, ended: receivers.length },
      'A jsonMessage with too many parts ended the subscriptions of its topic.',
    );
  } else {
    nucleus.pubsub.publish({ topic, from: caller.name, content: { json } });
  }
  return {};
};

export const subscribeToTopic: Operation = (call) => {
  const { topic, receiveMode } = readRequest(subscribeSchema, call);
  const { nucleus, caller, stream } = call;
  nucleus.authorize({ component: caller.name, service, operation: 'SubscribeToTopic', resource: topic });
  if (!isTopicFilter(topic))
    throw new ModeledError('InvalidArgumentsError', `"${topic}" is no topic filter.`);
  const mode = receiveMode ?? (hasWildcard(topic) ? 'RECEIVE_MESSAGES_FROM_OTHERS' : 'RECEIVE_ALL_MESSAGES');
  const unsubscribe = nucleus.pubsub.subscribe({
    filter: topic,
    component: caller.name,
    receivesOwn: !nucleus.traits.sparesOwnMessages || mode === 'RECEIVE_ALL_MESSAGES',
    receive: (message) => stream.event('SubscriptionResponseMessage', toEvent(message)),
  });
  stream.onClose(unsubscribe);
  return {};
};

function toEvent({ topic, content }: LocalMessage): JsonObject {
  const context = { topic };
  return 'binary' in content
    ? { binaryMessage: { message: content.binary.toString('base64'), context } }
    : { jsonMessage: { message: content.json, context } };
}

/** Keys and values of a document, each an object in the memory of nucleus lite. */
function countNodes(value: Json): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countNodes(item), 1);
  if (isJsonObject(value))
    return Object.values(value).reduce<number>((sum, item) => sum + 1 + countNodes(item), 1);
  return 1;
}

import { EdgeError } from '../errors/index.js';

/** AWS IoT Core's limit of a topic; local topics keep to it too. */
const maxTopicBytes = 256;

/** @throws EdgeError TOPIC_INVALID: a message goes to one topic, never to a wildcard. */
export function checkTopic(topic: string): void {
  checkLength(topic);
  if (/[+#*]/.test(topic))
    throw new EdgeError('TOPIC_INVALID', { topic, reason: 'messages go to one topic, without +, # or *' });
}

/** @throws EdgeError TOPIC_INVALID where a wildcard is not alone in its level, or # is not the last. */
export function checkTopicFilter(filter: string): void {
  checkLength(filter);
  const levels = filter.split('/');
  for (const [index, level] of levels.entries()) {
    if (level === '+' || !/[+#]/.test(level)) continue;
    if (level !== '#')
      throw new EdgeError('TOPIC_INVALID', {
        topic: filter,
        reason: `the wildcard in "${level}" is not alone in its level`,
      });
    if (index !== levels.length - 1)
      throw new EdgeError('TOPIC_INVALID', { topic: filter, reason: '# is not in the last level' });
  }
}

function checkLength(topic: string): void {
  if (topic === '') throw new EdgeError('TOPIC_INVALID', { topic, reason: 'it is empty' });
  const bytes = Buffer.byteLength(topic);
  if (bytes > maxTopicBytes)
    throw new EdgeError('TOPIC_INVALID', {
      topic,
      reason: `it has ${bytes} bytes, the limit is ${maxTopicBytes}`,
    });
  if (topic.includes('\0')) throw new EdgeError('TOPIC_INVALID', { topic, reason: 'it contains NUL' });
}

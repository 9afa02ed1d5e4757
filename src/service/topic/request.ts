import { z } from 'zod';
import { algorithms, v1Name } from '../v1-answer.js';

/** Neither can hold a slash or a wildcard: the reply stays below its prefix. */
const client = z
  .string()
  .regex(
    /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}$/,
    'must be 1 to 64 letters, digits, "_", "." or "-", and begin with a letter or digit',
  );
const id = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, "_" or "-"');

/** Where the answer goes: known before the rest of a request is looked at. */
export const addressSchema = z.looseObject({ client, id });

/** A request on the topic, as UTF-8 JSON. */
export const topicRequestSchema = z.strictObject({
  client: client.describe('Who asks: the name of the component, or one of its instances.'),
  id: id.describe('Of the request, unique for the client.'),
  algorithm: z.enum(algorithms),
  service: z
    .string()
    .regex(v1Name, 'must be 2 to 63 letters, digits or "-", and begin with a letter or digit'),
  contentType: z.enum(['image/jpeg', 'image/png']),
  accept: z.enum(['application/json', '*/*']).optional(),
  body: z.base64('must be base64').min(1, 'is empty').describe('The picture, in base64.'),
});

export type TopicRequest = z.output<typeof topicRequestSchema>;

/** What the reply holds, as UTF-8 JSON. */
export type TopicReply =
  | {
      readonly id: string;
      readonly status: 'success';
      readonly contentType: 'application/json';
      /** Text of the type above. */
      readonly body: string;
    }
  | {
      readonly id: string;
      readonly status: 'error';
      readonly error: { readonly code: string; readonly message: string };
    };

/** A fixed prefix: a topic of the caller's choice would make the component publish wherever the caller may not. */
export const replyTopic = ({ client, id }: Pick<TopicRequest, 'client' | 'id'>): string =>
  `mli/replies/${client}/${id}`;

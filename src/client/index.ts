export { InferenceClient, type InferenceClientOptions } from './inference-client.js';
export { InferenceServiceError, InferenceServiceUnreachable } from './errors.js';
export type { InferenceAnswer, InferenceRequest } from './request.js';
export type { TopicLink } from './topics.js';

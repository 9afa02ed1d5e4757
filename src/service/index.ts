export {
  InferenceService,
  type PipelinesToAsk,
  type ServedModel,
  type ServiceLimits,
} from './inference-service.js';
export { createInferenceApp } from './http/app.js';
export { TopicService, type TopicLink } from './topic/topic-service.js';

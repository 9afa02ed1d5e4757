export { EdgeError, isEdgeError } from './errors/index.js';
export type { ErrorCode } from './errors/index.js';
export {
  InferenceClient,
  InferenceServiceError,
  InferenceServiceUnreachable,
  type InferenceAnswer,
  type InferenceClientOptions,
  type InferenceRequest,
} from './client/index.js';
export type { NativeResult } from './publish/native-result.js';
export type { PipelineStatusMessage } from './status-message.js';

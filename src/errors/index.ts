export { EdgeError, describeError, isEdgeError } from './edge-error.js';
export type { ErrorCode, ErrorDetails } from './catalogue/index.js';

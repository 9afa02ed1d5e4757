export { EdgeError, isEdgeError } from './errors/index.js';
export type { ErrorCode } from './errors/index.js';

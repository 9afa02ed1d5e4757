export { Feedback, feedbackOwner } from './feedback.js';
export { Sampler } from './sampler.js';
export type { SampleCounts } from './counts.js';
export { manifestOwner, Manifests } from './manifests.js';

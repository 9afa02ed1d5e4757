export { Feedback, feedbackOwner } from './feedback.js';
export { Sampler } from './sampler.js';

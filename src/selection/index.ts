export { chooseTarget, prospectOf } from './choose-target.js';
export type { Prospect, TargetChoice } from './choose-target.js';
export { fastest, shortRace, walk } from './walk.js';
export type { WalkCandidate, WalkOptions, WalkStep } from './walk.js';
export { preferring, settleTarget } from './settle-target.js';
export type { Settled } from './settle-target.js';

import { addon } from './addon.mjs';
import { apt } from './apt.mjs';
import { dist } from './dist.mjs';
import { libdlr } from './libdlr.mjs';
import { machine } from './machine.mjs';
import { npm } from './npm.mjs';
import { opencv } from './opencv.mjs';
import { opencv4nodejs } from './opencv4nodejs.mjs';

/**
 * What a set-up is for and where.
 * @typedef {object} Setup
 * @property {string} root the checkout
 * @property {string} cache what outlasts a checkout
 * @property {string} arch `x64` or `arm64`
 * @property {string} purpose a key of apt's table
 * @property {ReadonlySet<string>} forced names of steps to do even though they are done
 * @property {import('./report.mjs').Report} report
 */

/**
 * One step. A step decides by looking at its result, not by remembering that it ran.
 * @typedef {object} Step
 * @property {string} name
 * @property {(setup: Setup) => string | null | Promise<string | null>} needed what there is to do, in a few words, or
 *   null; changes nothing, needs no network, takes milliseconds when all is done; throws when the step cannot work here
 * @property {(setup: Setup) => unknown} run does it; what it returns goes to `verify`
 * @property {(setup: Setup, made: any) => void | Promise<void>} verify uses the result; throws when it does not work
 * @property {(setup: Setup) => string} [readyText] in place of "ready"
 */

/** @type {readonly Step[]} in the order in which they depend on each other */
export const STEPS = [machine, apt, npm, libdlr, opencv, opencv4nodejs, addon, dist];

/** A step that cannot go on: why, and what the person at the keyboard can do about it. */
export class SetupFailure extends Error {
  /**
   * @param {string} reason one sentence without the step's name, which the runner adds
   * @param {{ remedy?: string, log?: string, tail?: readonly string[], cause?: unknown }} [details]
   *   `log` is the path of the tool's whole output, `tail` its last lines
   */
  constructor(reason, { remedy, log, tail = [], cause } = {}) {
    super(reason, { cause });
    this.name = 'SetupFailure';
    /** @type {string | undefined} name of the step that failed; the runner sets it */
    this.step = undefined;
    this.remedy = remedy;
    this.log = log;
    this.tail = tail;
  }
}

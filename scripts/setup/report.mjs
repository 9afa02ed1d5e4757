const NAME_WIDTH = 15;
const LONG_MS = 2_000;

/** @param {number} ms @returns {string} `0.3 s`, `12 s`, `6 min 4 s` */
export function elapsedText(ms) {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/**
 * What the person sees: a line a step. On a terminal the line of the step at work is rewritten in place, elsewhere it is
 * printed when the step starts, every 10 %, and when it ends. Steps that were ready stay silent until one is not.
 */
export class Report {
  #silent = [];
  #spoke = false;
  #current;
  #ticker;

  /**
   * @param {string} title first line of a set-up that has something to do
   * @param {NodeJS.WriteStream | { isTTY?: boolean, columns?: number, write(text: string): unknown }} [out]
   */
  constructor(title, out = process.stderr) {
    this.title = title;
    this.out = out;
  }

  /** Whether anything but "ready" was said. */
  get spoke() {
    return this.#spoke;
  }

  /** @param {string} step @param {string} [detail] */
  ready(step, detail = 'ready') {
    if (this.#spoke) this.#print(step, detail);
    else this.#silent.push([step, detail]);
  }

  /** @param {string} step @param {string} work what is done, as a person would say it: `install nasm` */
  begin(step, work) {
    this.#speak();
    this.#current = { step, work, percent: undefined, printedPercent: 0, startedAt: performance.now() };
    if (this.out.isTTY) {
      this.#redraw();
      this.#ticker = setInterval(() => this.#redraw(), 1_000);
    } else {
      this.#print(step, `${work} ...`);
    }
  }

  /** Says what the step at work does now, when it does several things one after the other. */
  phase(work) {
    this.#current.work = work;
    this.#current.percent = undefined;
    this.#current.printedPercent = 0;
    if (this.out.isTTY) this.#redraw();
    else this.#print(this.#current.step, `${work} ...`);
  }

  /** @param {number} fraction 0..1 of the step's longest part */
  progress(fraction) {
    const percent = Math.floor(fraction * 100);
    if (percent === this.#current.percent) return;
    this.#current.percent = percent;
    if (this.out.isTTY) this.#redraw();
    else if (percent >= this.#current.printedPercent + 10) {
      this.#current.printedPercent = percent - (percent % 10);
      this.#print(this.#current.step, `  ${percent} % after ${this.#elapsed()}`);
    }
  }

  /** @param {string} [outcome] */
  end(outcome = 'done') {
    const { step, work, startedAt } = this.#current;
    const took = performance.now() - startedAt >= LONG_MS ? ` (${this.#elapsed()})` : '';
    this.#clear();
    this.#print(step, `${work}: ${outcome}${took}`);
    this.#current = undefined;
  }

  /** A line of advice or of waiting that belongs to no step's outcome. */
  note(step, text) {
    this.#speak();
    if (this.out.isTTY && this.#current) this.out.write('\r\x1b[K');
    this.#print(step, text);
  }

  /** Takes the line of the step at work off the terminal, so that something else can use it (a question for a password). */
  pause() {
    this.#clear();
  }

  #elapsed() {
    return elapsedText(performance.now() - this.#current.startedAt);
  }

  #speak() {
    if (this.#spoke) return;
    this.#spoke = true;
    this.out.write(`${this.title}\n`);
    for (const [step, detail] of this.#silent.splice(0)) this.#print(step, detail);
  }

  #print(step, text) {
    this.out.write(`  ${step.padEnd(NAME_WIDTH)} ${text}\n`);
  }

  #redraw() {
    const { step, work, percent } = this.#current;
    const done = percent === undefined ? '' : ` ${percent} %`;
    const line = `  ${step.padEnd(NAME_WIDTH)} ${work} ...${done} (${this.#elapsed()})`;
    this.out.write(`\r\x1b[K${line.slice(0, (this.out.columns || 120) - 1)}`);
  }

  #clear() {
    clearInterval(this.#ticker);
    this.#ticker = undefined;
    if (this.out.isTTY) this.out.write('\r\x1b[K');
  }
}

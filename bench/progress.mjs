/** Where a case is: on a terminal one line that is rewritten, elsewhere a line each time. */
export class Progress {
  #name;
  #out;

  /** @param {string} name @param {NodeJS.WriteStream} [out] */
  constructor(name, out = process.stderr) {
    this.#name = name;
    this.#out = out;
  }

  /** @param {string} text what is being done, as a person would say it */
  say(text) {
    const line = `${this.#name}: ${text} ...`;
    this.#out.write(this.#out.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
  }

  end() {
    if (this.#out.isTTY) this.#out.write('\r\x1b[K');
  }
}

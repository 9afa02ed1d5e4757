/** What a source wants to know of ffmpeg's log. */
export interface FfmpegLogEvents {
  /** The other side answered: a network stream is described. */
  onAnswer?(): void;
  /** The pictures that come out have this size. */
  onSize(width: number, height: number): void;
  /** The pictures that go in changed their size in the middle. */
  onChange(from: string, to: string): void;
}

/** Reads what `ffmpeg -loglevel level+verbose` writes, a line at a time. */
export class FfmpegLog {
  readonly #events: FfmpegLogEvents;
  #rest = '';
  #inOutput = false;
  #inputSize: string | undefined;
  #error: string | undefined;

  constructor(events: FfmpegLogEvents) {
    this.#events = events;
  }

  /** The last error, without ffmpeg's marks. It may name the address that it was given. */
  get error(): string | undefined {
    return this.#error;
  }

  push(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = (lines.pop() ?? '').slice(-10_000);
    for (const line of lines) this.#read(line);
  }

  #read(line: string): void {
    if (/\[(error|fatal|panic)\] /.test(line)) this.#error = line.replace(/^(\[[^\]]*\] )+/, '').trim();
    if (/\] SDP:$/.test(line) || line.includes('[info] Input #0')) this.#events.onAnswer?.();
    if (line.includes('[info] Output #0')) this.#inOutput = true;
    const output = /Stream #0:0.*: Video: rawvideo.*?, (\d+)x(\d+)/.exec(line);
    if (this.#inOutput && output) this.#events.onSize(Number(output[1]), Number(output[2]));
    const input = /^\[graph \d+ input from stream .* w:(\d+) h:(\d+)/.exec(line);
    if (!input) return;
    const size = `${input[1]}x${input[2]}`;
    if (this.#inputSize !== undefined && this.#inputSize !== size)
      this.#events.onChange(this.#inputSize, size);
    this.#inputSize = size;
  }
}

import type { PictureRequest, PipelineReplies } from '../pipeline/requests.js';

type Picture = PipelineReplies['picture'];
export type AskForPicture = (
  pipeline: string,
  request: PictureRequest,
  signal: AbortSignal,
) => Promise<Picture>;

const quality = 80;
const limitMs = 3000;
const keep = 32;

/** Pictures for browsers: each is encoded once, however many look, and only because somebody looks. */
export class Pictures {
  readonly #ask: AskForPicture;
  readonly #made = new Map<string, Promise<Picture>>();

  constructor(ask: AskForPicture) {
    this.#ask = ask;
  }

  /** @throws EdgeError of the pipeline: unknown, not at work, or the frame is gone */
  get(pipeline: string, frame: number, maxWidth: number): Promise<Picture> {
    const key = `${pipeline} ${frame} ${maxWidth}`;
    const known = this.#made.get(key);
    if (known) return known;
    const picture = this.#ask(
      pipeline,
      { type: 'picture', frame, maxWidth, quality, asItCame: true },
      AbortSignal.timeout(limitMs),
    );
    this.#made.set(key, picture);
    picture.catch(() => this.#made.delete(key));
    const oldest = this.#made.keys().next();
    if (this.#made.size > keep && !oldest.done) this.#made.delete(oldest.value);
    return picture;
  }
}

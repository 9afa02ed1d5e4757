import { colourOf, percent } from './format.js';

/** At most so many pictures a second are asked for: each is encoded only because somebody looks. */
const leastIntervalMs = 400;

/** The newest picture of a pipeline, fetched only while it is on the screen, and the boxes of that very frame. */
export class PictureView {
  #figure;
  #image;
  #svg;
  #caption;
  #pipeline;
  #onShown;
  #visible = false;
  #busy = false;
  #url;
  /** The newest result whose picture nobody has asked for yet. */
  #next;
  /** Results whose picture may still come. */
  #results = new Map();

  /** @param {(result: object) => void} onShown told of the result whose picture is seen, or of the newest where none is to be had */
  constructor(figure, pipeline, onShown) {
    this.#figure = figure;
    this.#pipeline = pipeline;
    this.#onShown = onShown;
    this.#image = figure.querySelector('img');
    this.#svg = figure.querySelector('svg');
    this.#caption = figure.querySelector('figcaption');
    new IntersectionObserver(([entry]) => {
      this.#visible = entry.isIntersecting;
      void this.#fetchNext();
    }).observe(figure);
  }

  /** A new result: its picture is fetched if somebody can see it. */
  show(result) {
    this.#results.set(result.frame, result);
    if (this.#results.size > 30) this.#results.delete(this.#results.keys().next().value);
    this.#next = result;
    if (!this.#visible || document.hidden) this.#onShown(result);
    void this.#fetchNext();
  }

  async #fetchNext() {
    while (this.#next && this.#visible && !document.hidden && !this.#busy) {
      const result = this.#next;
      this.#next = undefined;
      this.#busy = true;
      if (!(await this.#fetch(result.frame))) this.#onShown(result);
      await new Promise((resolve) => setTimeout(resolve, leastIntervalMs));
      this.#busy = false;
    }
  }

  /** @returns whether a picture is shown, and whose it is was told */
  async #fetch(frame) {
    const width = Math.min(1280, Math.ceil((this.#figure.clientWidth * devicePixelRatio) / 160) * 160);
    let response;
    try {
      response = await fetch(`pictures/${encodeURIComponent(this.#pipeline)}?frame=${frame}&width=${width}`);
    } catch {
      this.#say('The component does not answer.');
      return false;
    }
    if (!response.ok) {
      this.#say(await response.text());
      return false;
    }
    const result = this.#results.get(Number(response.headers.get('mli-frame')));
    const url = URL.createObjectURL(await response.blob());
    this.#image.src = url;
    await this.#image.decode().catch(() => undefined);
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = url;
    this.#image.hidden = false;
    this.#figure.style.aspectRatio = `${this.#image.naturalWidth} / ${this.#image.naturalHeight}`;
    if (!result) return false;
    const best = result.predictions[0];
    const what = best ? `${best.label} ${percent(best.confidence)}` : 'nothing';
    this.#image.alt = `Frame ${result.frame} of ${this.#pipeline}: ${what}`;
    this.#say(`#${result.frame} ${result.name ?? ''}`);
    this.#draw(result.predictions.filter(({ box }) => box));
    this.#onShown(result);
    return true;
  }

  #say(text) {
    this.#caption.textContent = text;
  }

  /** Boxes are fractions of the frame, and so is the drawing. */
  #draw(predictions) {
    this.#svg.setAttribute('viewBox', '0 0 1 1');
    this.#svg.replaceChildren(
      ...predictions.map(({ label, box: [x, y, width, height] }) => {
        const rect = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
        for (const [name, value] of Object.entries({ x, y, width, height })) rect.setAttribute(name, value);
        rect.style.stroke = colourOf(label);
        return rect;
      }),
    );
    for (const old of this.#figure.querySelectorAll('.box-label')) old.remove();
    for (const { label, confidence, box, track } of predictions) {
      const tag = document.createElement('span');
      tag.className = 'box-label';
      tag.textContent = `${label} ${percent(confidence)}${track === undefined ? '' : ` · ${track}`}`;
      tag.style.left = `${box[0] * 100}%`;
      tag.style.top = `${box[1] * 100}%`;
      tag.style.background = colourOf(label);
      this.#figure.append(tag);
    }
  }
}

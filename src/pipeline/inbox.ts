import type { ReadingInbox } from '../sources/sensor/forwarded.js';

/** Where messages for the source come in; without one that listens they have come too early, and are let go of. */
export class Inbox implements ReadingInbox {
  #receive: ((body: Uint8Array) => void) | undefined;

  listen(receive: (body: Uint8Array) => void): () => void {
    this.#receive = receive;
    return () => {
      if (this.#receive === receive) this.#receive = undefined;
    };
  }

  deliver(body: Uint8Array): void {
    this.#receive?.(body);
  }
}

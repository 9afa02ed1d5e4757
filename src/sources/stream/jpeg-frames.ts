/** Larger ones are no pictures of a camera: something else is in the stream. */
const maxBytes = 64 * 1024 * 1024;

const soi = 0xd8;
const eoi = 0xd9;
const sos = 0xda;

/**
 * Cuts a stream of JPEGs, one after another, into pictures. It walks the segments by their lengths, so that a thumbnail inside
 * an APPn segment, which has markers of its own, cuts nothing; in the coded data FF is always followed by 00 or a restart.
 */
export class JpegFrames {
  /** Bytes that belong to no picture. */
  skippedBytes = 0;
  readonly #deliver: (jpeg: Buffer) => void;
  #bytes: Buffer = Buffer.alloc(0);
  /** Where the walk stands in `#bytes`; everything before has been seen. */
  #at = 0;
  #inScan = false;

  constructor(deliver: (jpeg: Buffer) => void) {
    this.#deliver = deliver;
  }

  push(chunk: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    while (this.#step());
    if (this.#bytes.length > maxBytes) this.#skip(this.#bytes.length);
  }

  /** Goes one marker on; false where more bytes are needed. */
  #step(): boolean {
    const bytes = this.#bytes;
    if (this.#at === 0) {
      const start = bytes.indexOf(Buffer.from([0xff, soi]));
      if (start < 0) {
        // The last byte may be half of a marker.
        this.#skip(bytes.length - (bytes.at(-1) === 0xff ? 1 : 0));
        return false;
      }
      this.#skip(start);
      this.#at = 2;
      this.#inScan = false;
      return true;
    }
    return this.#inScan ? this.#throughScan() : this.#overSegment();
  }

  #overSegment(): boolean {
    const bytes = this.#bytes;
    const marker = bytes[this.#at + 1];
    if (marker === undefined) return false;
    if (marker === eoi) return this.#finish(this.#at + 2);
    // Not where a segment begins: this was no picture, or it is damaged. The search begins anew behind its first marker.
    if (bytes[this.#at] !== 0xff || marker < 0xc0 || marker === 0xff) {
      this.#skip(2);
      return true;
    }
    if (bytes.length < this.#at + 4) return false;
    this.#at += 2 + bytes.readUInt16BE(this.#at + 2);
    this.#inScan = marker === sos;
    return true;
  }

  #throughScan(): boolean {
    for (;;) {
      const found = this.#bytes.indexOf(0xff, this.#at);
      if (found < 0) {
        this.#at = Math.max(this.#at, this.#bytes.length);
        return false;
      }
      const next = this.#bytes[found + 1];
      this.#at = found;
      if (next === undefined) return false;
      const isData = next === 0x00 || (next >= 0xd0 && next <= 0xd7);
      if (isData || next === 0xff) this.#at = found + (isData ? 2 : 1);
      else if (next === eoi) return this.#finish(found + 2);
      else {
        // Tables between the scans of a progressive picture, or the next scan.
        this.#inScan = false;
        return true;
      }
    }
  }

  #finish(end: number): boolean {
    const jpeg = Buffer.from(this.#bytes.subarray(0, end));
    this.#bytes = this.#bytes.subarray(end);
    this.#at = 0;
    this.#deliver(jpeg);
    return true;
  }

  #skip(count: number): void {
    this.skippedBytes += count;
    this.#bytes = this.#bytes.subarray(count);
    this.#at = 0;
  }
}

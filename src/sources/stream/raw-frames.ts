/** Size of raw pictures; rows begin at multiples of `rowAlignment` bytes. */
export interface RawSize {
  readonly width: number;
  readonly height: number;
  readonly rowAlignment: number;
}

/** What may pile up before the size is known. */
const maxPendingBytes = 256 * 1024 * 1024;

/** Cuts a stream of raw BGR pictures into frames: rows without padding, whatever the alignment was. */
export class RawFrames {
  readonly #deliver: (bgr: Buffer, size: RawSize) => void;
  #size: RawSize | undefined;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #frame = Buffer.alloc(0);
  #filled = 0;

  constructor(deliver: (bgr: Buffer, size: RawSize) => void, size?: RawSize) {
    this.#deliver = deliver;
    if (size) this.setSize(size);
  }

  /** The first one counts. What came before is cut now. */
  setSize(size: RawSize): void {
    if (this.#size) return;
    this.#size = size;
    this.#frame = Buffer.allocUnsafe(strideOf(size) * size.height);
    const pending = this.#pending;
    this.#pending = [];
    for (const chunk of pending) this.push(chunk);
  }

  push(chunk: Buffer): void {
    const size = this.#size;
    if (!size) {
      this.#pendingBytes += chunk.length;
      if (this.#pendingBytes <= maxPendingBytes) this.#pending.push(chunk);
      return;
    }
    for (let offset = 0; offset < chunk.length;) {
      const taken = chunk.copy(this.#frame, this.#filled, offset);
      this.#filled += taken;
      offset += taken;
      if (this.#filled < this.#frame.length) continue;
      this.#filled = 0;
      this.#deliver(withoutPadding(this.#frame, size), size);
      this.#frame = Buffer.allocUnsafe(this.#frame.length);
    }
  }
}

const strideOf = ({ width, rowAlignment }: RawSize): number =>
  Math.ceil((width * 3) / rowAlignment) * rowAlignment;

function withoutPadding(frame: Buffer, size: RawSize): Buffer {
  const [stride, rowBytes] = [strideOf(size), size.width * 3];
  if (stride === rowBytes) return frame;
  const rows = Buffer.allocUnsafe(rowBytes * size.height);
  for (let row = 0; row < size.height; row++)
    frame.copy(rows, row * rowBytes, row * stride, row * stride + rowBytes);
  return rows;
}

/** A field of a protobuf message, as far as its head tells. */
export interface Field {
  readonly number: number;
  /** Of a whole number. */
  readonly value?: number;
  /** Where its content begins, and how long that is; 0 for a whole number, which is read already. */
  readonly start: number;
  readonly length: number;
}

/** Reads the head of a field in protobuf's wire format; undefined for what is none. */
export function readField(bytes: Buffer): Field | undefined {
  const tag = readVarint(bytes, 0);
  if (!tag) return undefined;
  const number = Math.floor(tag.value / 8);
  switch (tag.value % 8) {
    case 0: {
      const whole = readVarint(bytes, tag.end);
      return whole && { number, value: whole.value, start: whole.end, length: 0 };
    }
    case 1:
      return { number, start: tag.end, length: 8 };
    case 2: {
      const length = readVarint(bytes, tag.end);
      return length && { number, start: length.end, length: length.value };
    }
    case 5:
      return { number, start: tag.end, length: 4 };
    default:
      return undefined;
  }
}

function readVarint(
  bytes: Buffer,
  start: number,
): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let place = 0; place < 8; place++) {
    const byte = bytes[start + place];
    if (byte === undefined) return undefined;
    value += (byte % 128) * 128 ** place;
    if (byte < 128) return { value, end: start + place + 1 };
  }
  return undefined;
}

import type { DType, Tensor, TensorData } from '../../types.js';

/** The protocol's names of the types, and how their values lie in memory. */
export type Datatype =
  | 'BOOL'
  | 'UINT8'
  | 'UINT16'
  | 'UINT32'
  | 'UINT64'
  | 'INT8'
  | 'INT16'
  | 'INT32'
  | 'INT64'
  | 'FP16'
  | 'FP32'
  | 'FP64';

interface Layout {
  readonly dtype: DType;
  readonly bytes: 1 | 2 | 4 | 8;
  readonly array: new (buffer: ArrayBuffer) => TensorData;
  /** Values that JSON may give; undefined where the protocol wants them as binary only. */
  readonly fits: ((value: number) => boolean) | undefined;
}

const integers = (minimum: number, maximum: number) => (value: number) =>
  Number.isInteger(value) && value >= minimum && value <= maximum;
const anyNumber = (value: number) => Number.isFinite(value);
const safe = Number.MAX_SAFE_INTEGER;

const layouts: Record<Datatype, Layout> = {
  BOOL: { dtype: 'bool', bytes: 1, array: Uint8Array, fits: integers(0, 1) },
  UINT8: { dtype: 'uint8', bytes: 1, array: Uint8Array, fits: integers(0, 2 ** 8 - 1) },
  UINT16: { dtype: 'uint16', bytes: 2, array: Uint16Array, fits: integers(0, 2 ** 16 - 1) },
  UINT32: { dtype: 'uint32', bytes: 4, array: Uint32Array, fits: integers(0, 2 ** 32 - 1) },
  UINT64: { dtype: 'uint64', bytes: 8, array: BigUint64Array, fits: integers(0, safe) },
  INT8: { dtype: 'int8', bytes: 1, array: Int8Array, fits: integers(-(2 ** 7), 2 ** 7 - 1) },
  INT16: { dtype: 'int16', bytes: 2, array: Int16Array, fits: integers(-(2 ** 15), 2 ** 15 - 1) },
  INT32: { dtype: 'int32', bytes: 4, array: Int32Array, fits: integers(-(2 ** 31), 2 ** 31 - 1) },
  INT64: { dtype: 'int64', bytes: 8, array: BigInt64Array, fits: integers(-safe, safe) },
  FP16: { dtype: 'float16', bytes: 2, array: Uint16Array, fits: undefined },
  FP32: { dtype: 'float32', bytes: 4, array: Float32Array, fits: anyNumber },
  FP64: { dtype: 'float64', bytes: 8, array: Float64Array, fits: anyNumber },
};

const names = new Map<DType, Datatype>(
  (Object.keys(layouts) as Datatype[]).map((name) => [layouts[name].dtype, name]),
);

export const datatypeOf = (dtype: DType): Datatype => names.get(dtype) as Datatype;

export const isDatatype = (name: string): name is Datatype => Object.hasOwn(layouts, name);

/** A tensor from its bytes: little-endian, row-major, without padding. @throws Error with the reason */
export function fromBytes(datatype: Datatype, shape: readonly number[], bytes: Uint8Array): Tensor {
  const { dtype, array, bytes: size } = layouts[datatype];
  const wanted = count(shape) * size;
  if (bytes.byteLength !== wanted)
    throw new Error(`has ${bytes.byteLength} bytes, ${datatype}[${shape.join(', ')}] needs ${wanted}`);
  // A copy: bytes within a body need not be aligned, and must not keep the whole body in memory.
  return { dtype, shape, data: new array(Uint8Array.from(bytes).buffer) };
}

/** A tensor from the numbers of a JSON document. @param values flat, row-major @throws Error with the reason */
export function fromNumbers(
  datatype: Datatype,
  shape: readonly number[],
  values: readonly unknown[],
): Tensor {
  const { dtype, array, bytes, fits } = layouts[datatype];
  if (!fits) throw new Error(`is ${datatype}, which the protocol takes as binary data only`);
  const wanted = count(shape);
  if (values.length !== wanted)
    throw new Error(`has ${values.length} values, [${shape.join(', ')}] needs ${wanted}`);
  const data = new array(new ArrayBuffer(wanted * bytes));
  for (const [index, value] of values.entries()) {
    const number = typeof value === 'boolean' ? Number(value) : value;
    if (typeof number !== 'number' || !fits(number))
      throw new Error(`has ${JSON.stringify(value)} at ${index}, which is no ${datatype}`);
    data[index] = data instanceof BigInt64Array || data instanceof BigUint64Array ? BigInt(number) : number;
  }
  return { dtype, shape, data };
}

/** The numbers of a tensor for JSON. @throws Error where JSON cannot hold them */
export function toNumbers({ dtype, data }: Tensor): (number | boolean)[] {
  if (dtype === 'float16') throw new Error('is FP16, which the protocol gives as binary data only');
  const numbers = Array.from(data, Number);
  if (!numbers.every(Number.isFinite))
    throw new Error(
      'holds values that are no numbers, which JSON cannot say; ask for binary data to see them',
    );
  return dtype === 'bool' ? numbers.map(Boolean) : numbers;
}

export const toBytes = ({ data }: Tensor): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Elements of BYTES: each with its length before it, as 4 bytes, little-endian. @throws Error with the reason */
export function splitBytes(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const elements: Uint8Array[] = [];
  for (let offset = 0; offset < bytes.byteLength;) {
    const start = offset + 4;
    const end = start <= bytes.byteLength ? start + view.getUint32(offset, true) : Infinity;
    if (end > bytes.byteLength) throw new Error('ends within an element of BYTES');
    elements.push(bytes.subarray(start, end));
    offset = end;
  }
  return elements;
}

export function joinBytes(texts: readonly string[]): Uint8Array {
  return Buffer.concat(
    texts.flatMap((text) => {
      const element = Buffer.from(text, 'utf8');
      const length = Buffer.alloc(4);
      length.writeUInt32LE(element.byteLength);
      return [length, element];
    }),
  );
}

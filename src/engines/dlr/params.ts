import { open, type FileHandle } from 'node:fs/promises';

const LIST_MAGIC = 0xf7e58d4f05049cb7n;
const ARRAY_MAGIC = 0xdd5e40f096b4a13fn;

/**
 * Walks the headers of a `.params` file and gives the names of its arrays. The format is TVM's list of NDArrays: magic,
 * reserved, names, count, then for each array magic, reserved, device, rank, type, shape, byte count, data; all
 * little-endian (`SaveParams` in TVM's src/runtime/file_utils.cc, `NDArray::Save` in include/tvm/runtime/ndarray.h).
 * The data itself is skipped, so that the cost does not depend on the size of the model.
 * @throws Error with what is wrong, at which byte.
 */
export async function readParamNames(path: string): Promise<string[]> {
  const file = await open(path);
  try {
    const reader = new Reader(file, (await file.stat()).size);
    if ((await reader.uint64('magic number')) !== LIST_MAGIC)
      throw new Error('it does not begin as a list of parameters');
    await reader.skip(8n, 'header');
    const names = await readNames(reader);
    const count = await reader.uint64('number of arrays');
    if (count !== BigInt(names.length)) throw new Error(`it has ${names.length} names and ${count} arrays`);
    for (const name of names) await skipArray(reader, name);
    if (reader.offset !== reader.size)
      throw new Error(`it ends at byte ${reader.size}, its contents at ${reader.offset}`);
    return names;
  } finally {
    await file.close();
  }
}

async function readNames(reader: Reader): Promise<string[]> {
  const count = await reader.uint64('number of names');
  const names: string[] = [];
  for (let i = 0n; i < count; i++) names.push(await reader.string(await reader.uint64('length of a name')));
  return names;
}

async function skipArray(reader: Reader, name: string): Promise<void> {
  const what = `array "${name}"`;
  if ((await reader.uint64(what)) !== ARRAY_MAGIC)
    throw new Error(`there is no ${what} at byte ${reader.offset - 8n}`);
  const head = await reader.bytes(8n + 8n + 4n + 4n, what);
  const rank = head.readInt32LE(16);
  const bits = head.readUInt8(21);
  const lanes = head.readUInt16LE(22);
  if (rank < 0 || rank > 32) throw new Error(`${what} has ${rank} dimensions`);
  let elements = 1n;
  for (let i = 0; i < rank; i++) elements *= await reader.uint64(what);
  const bytes = await reader.uint64(what);
  const expected = elements * BigInt(Math.ceil(bits / 8) * lanes);
  if (bytes !== expected) throw new Error(`${what} has ${bytes} bytes of data, its shape needs ${expected}`);
  await reader.skip(bytes, what);
}

class Reader {
  offset = 0n;
  readonly size: bigint;

  constructor(
    private readonly file: FileHandle,
    size: number,
  ) {
    this.size = BigInt(size);
  }

  async bytes(count: bigint, what: string): Promise<Buffer> {
    const from = this.offset;
    await this.skip(count, what);
    const buffer = Buffer.alloc(Number(count));
    await this.file.read(buffer, 0, buffer.length, Number(from));
    return buffer;
  }

  async uint64(what: string): Promise<bigint> {
    return (await this.bytes(8n, what)).readBigUInt64LE();
  }

  async string(length: bigint): Promise<string> {
    return (await this.bytes(length, 'a name')).toString('utf8');
  }

  /** Moves on without reading; not even async, but for one way of calling. */
  skip(count: bigint, what: string): Promise<void> {
    const end = this.offset + count;
    if (end > this.size)
      return Promise.reject(new Error(`it is cut off at byte ${this.size}, in the ${what}`));
    this.offset = end;
    return Promise.resolve();
  }
}

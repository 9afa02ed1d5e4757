import { crc32, deflateRawSync } from 'node:zlib';

/** An entry of a zip archive, as wrong as a test wants it. */
export interface ZipEntry {
  readonly name: string;
  readonly content?: Uint8Array | string;
  /** Unix mode with the type of the file, such as 0o120777 for a symbolic link. */
  readonly mode?: number;
  /** What the directory says, where that differs from the content. */
  readonly size?: number;
  readonly crc32?: number;
  /** General purpose flags; bit 0 says that it is encrypted. */
  readonly flags?: number;
  /** 0 stored, 8 deflated. */
  readonly method?: number;
}

/** Writes the records of APPNOTE.TXT by hand: real tools refuse to make what these tests need. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const content = Buffer.from(entry.content ?? '');
    const method = entry.method ?? 8;
    const packed = method === 8 ? deflateRawSync(content) : content;
    const common = commonFields(entry, content, packed.length, name.length, method);
    const local = Buffer.concat([uint32(0x04034b50), common, name, packed]);
    directory.push(
      Buffer.concat([
        uint32(0x02014b50),
        uint16((3 << 8) | 20),
        common,
        Buffer.alloc(6),
        uint32(((entry.mode ?? 0o100644) << 16) >>> 0),
        uint32(offset),
        name,
      ]),
    );
    files.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const count = uint16(entries.length);
  const end = Buffer.concat([
    uint32(0x06054b50),
    uint16(0),
    uint16(0),
    count,
    count,
    uint32(central.length),
    uint32(offset),
    uint16(0),
  ]);
  return Buffer.concat([...files, central, end]);
}

/** From "version needed" to the lengths of name and extra field: the same in both headers. */
function commonFields(
  entry: ZipEntry,
  content: Buffer,
  packedBytes: number,
  nameBytes: number,
  method: number,
): Buffer {
  return Buffer.concat([
    uint16(20),
    uint16(entry.flags ?? 0x800),
    uint16(method),
    uint32(0),
    uint32(entry.crc32 ?? crc32(content)),
    uint32(packedBytes),
    uint32(entry.size ?? content.length),
    uint16(nameBytes),
    uint16(0),
  ]);
}

function uint16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(value);
  return buffer;
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

import { gzipSync } from 'node:zlib';

/** An entry of a tar archive, as wrong as a test wants it. */
export interface TarEntry {
  readonly name: string;
  readonly content?: Uint8Array | string;
  /** POSIX type flag: '0' file, '1' hard link, '2' symbolic link, '3' and '4' devices, '5' folder, '6' pipe, 'x' pax header. */
  readonly type?: string;
  readonly link?: string;
  /** What the header says, where that differs from the content. */
  readonly size?: number;
}

const BLOCK = 512;

/** Writes ustar headers by hand: real tools refuse to make what these tests need. */
export function tar(entries: readonly TarEntry[], options: { end?: boolean } = {}): Buffer {
  const blocks = entries.flatMap((entry) => {
    const content = Buffer.from(entry.content ?? '');
    return [header(entry, content.length), content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(options.end === false ? 0 : 2 * BLOCK)]);
}

export const tarGz = (entries: readonly TarEntry[]): Buffer => gzipSync(tar(entries));

/** A pax extended header gives the next entry another name, of any length and with any character. */
export function paxName(name: string): TarEntry {
  const record = (length: number): string => `${length} path=${name}\n`;
  let length = Buffer.byteLength(record(0));
  while (Buffer.byteLength(record(length)) !== length) length = Buffer.byteLength(record(length));
  return { name: 'PaxHeader', type: 'x', content: record(length) };
}

function header({ name, type = '0', link = '', size }: TarEntry, length: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(name.slice(0, 100), 0, 'latin1');
  block.write('0000644\0', 100);
  block.write('0000000\0', 108);
  block.write('0000000\0', 116);
  block.write(`${(size ?? length).toString(8).padStart(11, '0')}\0`, 124);
  block.write('00000000000\0', 136);
  block.write('        ', 148);
  block.write(type, 156);
  block.write(link, 157, 'latin1');
  block.write('ustar\x0000', 257);
  block.write(
    `${block
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  return block;
}

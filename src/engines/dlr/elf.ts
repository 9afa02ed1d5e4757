import { open, type FileHandle } from 'node:fs/promises';

/** What an ELF file says of itself (System V ABI, chapters 4 and 5). */
export interface ElfFile {
  /** The machine, as Node names architectures where it has a name: `x64`, `arm64`, `arm`, `ia32`, …; else `machine 21`. */
  readonly architecture: string;
  /** Why the file cannot be all there; undefined where its segments and sections end within it. */
  readonly damage: string | undefined;
}

/** e_machine and the class (32 or 64 bits) of Node's architectures. */
const architectures: Readonly<Record<string, string>> = {
  '3/32': 'ia32',
  '40/32': 'arm',
  '62/64': 'x64',
  '183/64': 'arm64',
  '21/64': 'ppc64',
  '22/64': 's390x',
  '243/64': 'riscv64',
  '258/64': 'loong64',
};

const HEADER_BYTES = 64;

/** Reads the headers of an ELF file; undefined where the file is none. Mapping a truncated one would end the process. */
export async function readElf(path: string): Promise<ElfFile | undefined> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const header = Buffer.alloc(HEADER_BYTES);
    const { bytesRead } = await file.read(header, 0, HEADER_BYTES, 0);
    if (bytesRead < 20 || header.toString('latin1', 0, 4) !== '\x7fELF') return undefined;
    const wide = header[4] === 2;
    const little = header[5] === 1;
    const read16 = (offset: number) => (little ? header.readUInt16LE(offset) : header.readUInt16BE(offset));
    const machine = read16(18);
    const architecture = architectures[`${machine}/${wide ? 64 : 32}`] ?? `machine ${machine}`;
    // Only the layout of 64-bit little-endian files is gone into: all machines that have a libdlr but 32-bit ARM.
    if (!wide || !little) return { architecture, damage: undefined };
    if (bytesRead < HEADER_BYTES) return { architecture, damage: 'its header is cut off' };
    return { architecture, damage: await findDamage(file, header, size) };
  } finally {
    await file.close();
  }
}

async function findDamage(file: FileHandle, header: Buffer, size: number): Promise<string | undefined> {
  const segmentsAt = Number(header.readBigUInt64LE(32));
  const sectionsAt = Number(header.readBigUInt64LE(40));
  const [segmentBytes, segmentCount] = [header.readUInt16LE(54), header.readUInt16LE(56)];
  const sectionsEnd = sectionsAt + header.readUInt16LE(58) * header.readUInt16LE(60);
  const tableEnd = segmentsAt + segmentBytes * segmentCount;
  let end = Math.max(sectionsEnd, tableEnd);
  if (tableEnd <= size) {
    const table = Buffer.alloc(segmentBytes * segmentCount);
    await file.read(table, 0, table.length, segmentsAt);
    for (let at = 0; at + 40 <= table.length; at += segmentBytes) {
      end = Math.max(end, Number(table.readBigUInt64LE(at + 8)) + Number(table.readBigUInt64LE(at + 32)));
    }
  }
  return end > size ? `its contents end at byte ${end}, the file at ${size}` : undefined;
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readElf } from '../../../src/engines/dlr/elf.js';
import { fixturePath } from '../../native/fixtures.js';

/** The first 64 bytes of an ELF file for a machine, without segments and sections. */
function elfHeader(machine: number, bits: 32 | 64, littleEndian = true): Buffer {
  const header = Buffer.alloc(64);
  header.write('\x7fELF', 'latin1');
  header[4] = bits === 64 ? 2 : 1;
  header[5] = littleEndian ? 1 : 2;
  if (littleEndian) header.writeUInt16LE(machine, 18);
  else header.writeUInt16BE(machine, 18);
  return header;
}

describe('readElf', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'mli-elf-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const read = async (content: Buffer) => {
    const file = path.join(folder, 'file');
    await writeFile(file, content);
    return readElf(file);
  };

  it.each([
    [62, 64, true, 'x64'],
    [183, 64, true, 'arm64'],
    [40, 32, true, 'arm'],
    [3, 32, true, 'ia32'],
    [22, 64, false, 's390x'],
    [999, 64, true, 'machine 999'],
  ] as const)('names machine %i with %i bits', async (machine, bits, littleEndian, architecture) => {
    expect(await read(elfHeader(machine, bits, littleEndian))).toEqual({ architecture, damage: undefined });
  });

  it('knows what is no ELF file', async () => {
    expect(await read(Buffer.from('PK\x03\x04'.padEnd(64)))).toBeUndefined();
    expect(await read(Buffer.alloc(0))).toBeUndefined();
  });

  it('finds nothing wrong with a real library', async () => {
    expect(await readElf(path.join(fixturePath('trees'), 'model.so'))).toEqual({
      architecture: 'x64',
      damage: undefined,
    });
  });
});

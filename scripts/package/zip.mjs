import { closeSync, openSync, renameSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { crc32, deflateRaw } from 'node:zlib';
import { bytesOf } from './file-tree.mjs';

/*
 * A writer of reproducible .zip files (PKWARE's APPNOTE 6.3): sorted names, one date, two modes, no extra fields. The same files
 * give the same bytes, with the same Node: another version's zlib may compress differently. No folders are written: nucleus lite
 * gives a folder that is in the archive the mode of a file.
 */

const compress = promisify(deflateRaw);
const UTF8_NAMES = 0x0800;
const VERSION_NEEDED = 20;
const MADE_ON_UNIX = 3 << 8;
/** 1 January 1980, midnight: the first moment that the format can express. */
const DATE = 0x0021;
const TIME = 0;
const STORED = 0;
const DEFLATED = 8;
/** Without the 64-bit extension. */
const MOST_BYTES = 0xffffffff;
const MOST_FILES = 0xffff;

/**
 * Writes the archive under another name first, so that a file with the final name is always whole.
 * @param {string} path
 * @param {import('./file-tree.mjs').FileTree} tree
 * @returns {Promise<{ files: number, bytes: number }>} what it unpacks to
 */
export async function writeZip(path, tree) {
  const files = tree.files();
  if (files.length > MOST_FILES)
    throw new Error(`${path} would hold ${files.length} files, at most ${MOST_FILES} fit a .zip`);
  const out = openSync(`${path}.new`, 'w', 0o644);
  const directory = [];
  let offset = 0;
  let unpacked = 0;
  try {
    for (const file of files) {
      const bytes = bytesOf(file);
      const deflated = await compress(bytes, { level: 6 });
      const method = deflated.length < bytes.length ? DEFLATED : STORED;
      const data = method === DEFLATED ? deflated : bytes;
      const entry = { file, method, crc: crc32(bytes), size: bytes.length, packed: data.length, offset };
      for (const part of [localHeader(entry), data]) offset += writeWhole(out, part);
      directory.push(directoryHeader(entry));
      unpacked += bytes.length;
    }
    const start = offset;
    for (const header of directory) offset += writeWhole(out, header);
    if (offset > MOST_BYTES)
      throw new Error(`${path} would have ${offset} bytes, at most ${MOST_BYTES} fit a .zip`);
    writeWhole(out, endRecord(directory.length, offset - start, start));
  } finally {
    closeSync(out);
  }
  renameSync(`${path}.new`, path);
  return { files: files.length, bytes: unpacked };
}

/** What the local and the central header have in common, from "version needed" to the length of the name. */
function commonFields({ file, method, crc, size, packed }) {
  const fields = Buffer.alloc(24);
  fields.writeUInt16LE(VERSION_NEEDED, 0);
  fields.writeUInt16LE(UTF8_NAMES, 2);
  fields.writeUInt16LE(method, 4);
  fields.writeUInt16LE(TIME, 6);
  fields.writeUInt16LE(DATE, 8);
  fields.writeUInt32LE(crc, 10);
  fields.writeUInt32LE(packed, 14);
  fields.writeUInt32LE(size, 18);
  fields.writeUInt16LE(Buffer.byteLength(file.name), 22);
  return fields;
}

function localHeader(entry) {
  return Buffer.concat([
    Buffer.from('PK\x03\x04'),
    commonFields(entry),
    Buffer.alloc(2),
    Buffer.from(entry.file.name),
  ]);
}

function directoryHeader(entry) {
  const madeBy = Buffer.alloc(2);
  madeBy.writeUInt16LE(MADE_ON_UNIX | VERSION_NEEDED);
  const rest = Buffer.alloc(16); // lengths of extra field and comment, disk, internal attributes, external attributes, offset
  rest.writeUInt32LE(((entry.file.executable ? 0o100755 : 0o100644) << 16) >>> 0, 8);
  rest.writeUInt32LE(entry.offset, 12);
  return Buffer.concat([
    Buffer.from('PK\x01\x02'),
    madeBy,
    commonFields(entry),
    rest,
    Buffer.from(entry.file.name),
  ]);
}

function endRecord(count, length, start) {
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(length, 12);
  end.writeUInt32LE(start, 16);
  return end;
}

function writeWhole(out, bytes) {
  for (let written = 0; written < bytes.length;) written += writeSync(out, bytes, written);
  return bytes.length;
}

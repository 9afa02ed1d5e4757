import { crc32 } from 'node:zlib';

/** Length of the checksum before a value. */
const checksumBytes = 4;

/** A value with its CRC-32 before it: LevelDB checks its logs, but not each block that it reads. */
export function seal(value: Buffer): Buffer {
  const sealed = Buffer.allocUnsafe(checksumBytes + value.byteLength);
  sealed.writeUInt32BE(crc32(value));
  value.copy(sealed, checksumBytes);
  return sealed;
}

/** @returns undefined where the value is not what was sealed */
export function unseal(sealed: Buffer): Buffer | undefined {
  if (sealed.byteLength < checksumBytes) return undefined;
  const value = sealed.subarray(checksumBytes);
  return crc32(value) === sealed.readUInt32BE() ? value : undefined;
}

import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { readField } from './protobuf-field.js';

/** Releases of ONNX Runtime that were the first to take an opset of the default domain (its docs/reference/compatibility). */
const firstWithOpset: readonly (readonly [opset: number, version: string])[] = [
  [13, '1.6.0'],
  [14, '1.8.0'],
  [15, '1.10.0'],
  [16, '1.11.0'],
  [17, '1.12.0'],
  [18, '1.14.0'],
  [19, '1.15.0'],
  [20, '1.17.0'],
  [21, '1.18.0'],
];

/** The same for the version of the file format. */
const firstWithFormat: typeof firstWithOpset = [
  [7, '1.6.0'],
  [8, '1.10.0'],
  [9, '1.16.0'],
  [10, '1.18.0'],
];

/**
 * The oldest ONNX Runtime that takes an .onnx file, by its opset and format; undefined for those that are newer than the lists above,
 * and for what is no such file. The graph is skipped: the cost does not depend on the size of the model.
 */
export async function oldestOnnxRuntime(model: string): Promise<string | undefined> {
  const file = await open(model);
  try {
    const { format, opset } = await readHeader(file, (await file.stat()).size);
    const needs = [firstIn(firstWithFormat, format), firstIn(firstWithOpset, opset)];
    if (needs.includes(undefined)) return undefined;
    return needs.sort((a = '', b = '') => Number(b.split('.')[1]) - Number(a.split('.')[1]))[0];
  } finally {
    await file.close();
  }
}

/** What the manifest of a target can say of its runtime, as far as its files tell: nothing of a compiled model. @param files in the folder */
export async function runtimeNeeds(
  runtime: 'dlr' | 'onnx',
  folder: string,
  files: readonly string[],
): Promise<{ minRuntimeVersion?: string }> {
  const model = runtime === 'onnx' ? files.find((name) => name.endsWith('.onnx')) : undefined;
  const oldest = model === undefined ? undefined : await oldestOnnxRuntime(path.join(folder, model));
  return oldest === undefined ? {} : { minRuntimeVersion: oldest };
}

const firstIn = (list: typeof firstWithOpset, value: number): string | undefined =>
  value > 0 ? list.find(([upTo]) => value <= upTo)?.[1] : undefined;

interface Header {
  /** `ir_version`; 0 where it is not said. */
  readonly format: number;
  /** Of the default domain; 0 where it is not said. */
  readonly opset: number;
}

/** Fields of ModelProto and OperatorSetIdProto (onnx.proto): numbers that protobuf keeps for ever. */
const fields = { format: 1, opsetImport: 8, domain: 1, version: 2 } as const;

async function readHeader(file: FileHandle, size: number): Promise<Header> {
  let header: Header = { format: 0, opset: 0 };
  for (let offset = 0; offset < size;) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(20), 0, 20, offset);
    const field = readField(buffer.subarray(0, bytesRead));
    if (!field) return { format: 0, opset: 0 };
    if (field.number === fields.format && field.value !== undefined)
      header = { ...header, format: field.value };
    if (field.number === fields.opsetImport && field.length < 1000) {
      const bytes = Buffer.alloc(field.length);
      await file.read(bytes, 0, field.length, offset + field.start);
      header = { ...header, opset: defaultOpset(bytes) ?? header.opset };
    }
    offset += field.start + field.length;
  }
  return header;
}

/** @returns the version, where the domain is the default one */
function defaultOpset(message: Buffer): number | undefined {
  let version: number | undefined;
  for (let offset = 0; offset < message.length;) {
    const field = readField(message.subarray(offset));
    if (!field) return undefined;
    const start = offset + field.start;
    const text = message.toString('latin1', start, start + field.length);
    if (field.number === fields.domain && text !== '' && text !== 'ai.onnx') return undefined;
    if (field.number === fields.version) version = field.value;
    offset = start + field.length;
  }
  return version;
}

import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { unpack } from '../../models/archive/index.js';

/**
 * The names of ImageNet's 1,000 classes, from @tensorflow-models/mobilenet (Apache-2.0). Its JavaScript is read as text, not run.
 * @param work folder for what is unpacked
 */
export async function imagenetLabels(archive: string, work: string): Promise<string[]> {
  const folder = path.join(work, 'mobilenet');
  await unpack(archive, folder);
  const text = await readFile(path.join(folder, 'package/dist/imagenet_classes.js'), 'utf8');
  await rm(folder, { recursive: true, force: true });
  return parseClasses(text);
}

/** `12: 'one, ' + "two",` → its name, at its place. @throws Error where they are not counted from 0 without a gap */
export function parseClasses(text: string): string[] {
  const piece = String.raw`(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")`;
  const entries = text.matchAll(new RegExp(String.raw`(\d+):\s*(${piece}(?:\s*\+\s*${piece})*)`, 'g'));
  const labels: string[] = [];
  for (const [, number, value = ''] of entries) {
    if (Number(number) !== labels.length) throw new Error(`class ${labels.length} is missing`);
    const pieces = [...value.matchAll(new RegExp(piece, 'g'))].map(([quoted]) => quoted.slice(1, -1));
    labels.push(pieces.join('').replace(/\\(.)/g, '$1'));
  }
  return labels;
}

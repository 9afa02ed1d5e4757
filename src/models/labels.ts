import { parsePythonLabels } from './python-literal.js';

/**
 * Labels as people keep them: one a line (blank lines at the end do not count), a JSON list or a JSON object from class number to
 * label, or the Python literal of AWS's samples. What begins like a literal and is none is taken as lines.
 */
export function parseLabels(text: string): string[] {
  try {
    if (beginsLikeLiteral(text)) return parseLiteralLabels(text);
  } catch {
    // A label may begin with a bracket, too.
  }
  return text
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.trim());
}

export const beginsLikeLiteral = (text: string): boolean => /^\uFEFF?\s*[[{(]/.test(text);

/** @throws Error with the place where it is neither JSON nor a Python literal of labels */
export function parseLiteralLabels(text: string): string[] {
  const plain = text.replace(/^\uFEFF/, '');
  let document: unknown;
  try {
    document = JSON.parse(plain);
  } catch {
    return parsePythonLabels(plain);
  }
  const labels = Array.isArray(document) ? document : inOrder(document as Record<string, unknown>);
  const odd = labels.findIndex((label) => typeof label !== 'string');
  if (odd >= 0) throw new Error(`its item ${odd} is no string`);
  return labels as string[];
}

/** Values by their keys 0, 1, 2, …, in whatever order they stand. */
function inOrder(document: Readonly<Record<string, unknown>>): unknown[] {
  const count = Object.keys(document).length;
  return Array.from({ length: count }, (_, index) => {
    if (!Object.hasOwn(document, String(index)))
      throw new Error(`its keys are not 0, 1, 2, …: ${index} is missing`);
    return document[String(index)];
  });
}

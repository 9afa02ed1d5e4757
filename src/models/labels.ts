/** Labels as one a line; blank lines at the end do not count. */
export function parseLabels(text: string): string[] {
  return text
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.trim());
}

// How values are written for people.

/** @param {number} ms since the epoch */
export const clock = (ms) => new Date(ms).toTimeString().slice(0, 8);

export const percent = (fraction) => `${(fraction * 100).toFixed(1)} %`;

export function duration(seconds) {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${(seconds / 3600).toFixed(1)} h` : `${(seconds / 86_400).toFixed(1)} d`;
}

/** framesSuperseded → frames superseded */
export const words = (name) => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** A label keeps its colour, on every page and after every reload: FNV-1a picks the hue. */
export function colourOf(label) {
  let hash = 0x811c9dc5;
  for (const character of label) hash = Math.imul(hash ^ character.codePointAt(0), 0x01000193) >>> 0;
  return `hsl(${hash % 360} 70% 55%)`;
}

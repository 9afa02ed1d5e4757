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

const hues = [160, 28, 212, 300, 52, 0, 250, 95];

/** A label keeps its colour, on every page and after every reload. */
export function colourOf(label) {
  let hash = 0;
  for (const character of label) hash = (hash * 31 + character.codePointAt(0)) >>> 0;
  return `hsl(${hues[hash % hues.length]} 75% 55%)`;
}

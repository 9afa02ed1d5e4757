/** How often each fuzz test tries; more by MLI_FUZZ_ROUNDS, for a night. */
export const fuzzRounds = (rounds: number): number => Number(process.env['MLI_FUZZ_ROUNDS'] ?? rounds);

/** A generator with a seed (mulberry32), so that a failure can be repeated: 0 <= x < 1. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Overwrites some bytes, and cuts the rest off or leaves a piece out. */
export function damage(bytes: Uint8Array, next: () => number): Buffer {
  const copy = Buffer.from(bytes);
  const at = () => Math.floor(next() * copy.length);
  for (let changes = 1 + Math.floor(next() * 8); changes > 0; changes--)
    copy[at()] = Math.floor(next() * 256);
  const kind = next();
  if (kind < 0.2) return copy.subarray(0, at());
  if (kind < 0.3) return Buffer.concat([copy.subarray(0, at()), copy.subarray(at())]);
  return copy;
}

const oddities: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1e308,
  Number.MAX_SAFE_INTEGER,
  '',
  '0x10',
  'x'.repeat(10_000),
  '\u0000\ud800',
  '__proto__',
  [],
  {},
  [[[[]]]],
  { length: -1 },
];

/** A copy of plain JSON with some of its values replaced, left out, repeated or moved below keys that mean something to JavaScript. */
export function damageDocument(document: unknown, next: () => number, rate = 0.08): unknown {
  if (next() < rate) return oddities[Math.floor(next() * oddities.length)];
  if (Array.isArray(document)) {
    const items = document.map((item) => damageDocument(item, next, rate));
    return next() < rate ? [...items, ...items] : items;
  }
  if (typeof document !== 'object' || document === null) return document;
  const entries = Object.entries(document).flatMap(([key, value]): [string, unknown][] => {
    const damaged = damageDocument(value, next, rate);
    if (next() < rate / 2) return [];
    if (next() < rate / 2) return [[key + '_', damaged]];
    return [[key, damaged]];
  });
  if (next() < rate / 2) entries.push(['constructor', { prototype: { polluted: true } }]);
  const copy = Object.fromEntries(entries);
  // As JSON.parse makes it: a key of its own, not the prototype.
  if (next() < rate / 2)
    Object.defineProperty(copy, '__proto__', { value: { polluted: true }, enumerable: true });
  return copy;
}

/** Memory of this process in MB, beside the heap of JavaScript. */
export const nativeMegabytes = (): number => {
  const { rss, heapTotal } = process.memoryUsage();
  return (rss - heapTotal) / 1e6;
};

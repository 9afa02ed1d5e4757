/** What a service gives out at once: few, so that whoever reads only the first page is found out. */
const largestPage = 2;

/** A page of a list; the token is the index of the next item. */
export function page<T>(
  all: readonly T[],
  maxResults: number | undefined,
  nextToken: string | undefined,
): { items: readonly T[]; token: string | undefined } {
  const from = Number(nextToken ?? 0);
  const to = from + Math.min(maxResults ?? largestPage, largestPage);
  return { items: all.slice(from, to), token: to < all.length ? String(to) : undefined };
}

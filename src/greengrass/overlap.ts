/**
 * The time in which one subscription is open twice, so that none of its messages is missed while it is renewed. A message
 * that comes by both ways is let through once: for each content, as often as the busier way brought it.
 */
export class Overlap {
  /** Content → how many more came by the older way than by the newer. */
  private readonly lead = new Map<string, number>();

  admit(way: 'older' | 'newer', event: unknown): boolean {
    const content = JSON.stringify(event);
    const lead = this.lead.get(content) ?? 0;
    this.lead.set(content, way === 'older' ? lead + 1 : lead - 1);
    return way === 'older' ? lead >= 0 : lead <= 0;
  }
}

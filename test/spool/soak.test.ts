import { expect, it } from 'vitest';

interface Result {
  lostAcknowledged: number;
  arrived: number;
  inOrder: boolean;
  duplicates: number;
  mostDiskBytes: number;
}

/** A shortened `npm run soak:spool`. The compiled product, since the process that is killed runs it. */
const load = async () =>
  (await import(new URL('../../scripts/soak/spool.mjs', import.meta.url).href)) as {
    soak(options: object): Promise<Result>;
  };

it.each(['lite', 'classic'])(
  'loses nothing that was acknowledged and keeps the order while IoT Core goes away and the component is killed (%s)',
  async (kind) => {
    const script = await load();
    const options = { count: 600, perSecond: 100, outages: 2, kills: 2, kind, maxMegabytes: 8 };
    const result = await script.soak(options);
    expect(result).toMatchObject({ lostAcknowledged: 0, inOrder: true });
    expect(result.arrived).toBeGreaterThan(590);
    // What was under way when it was killed, and no more.
    expect(result.duplicates).toBeLessThan(20);
    expect(result.mostDiskBytes).toBeLessThan(8_000_000);
  },
  120_000,
);

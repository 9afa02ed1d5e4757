import { expect, it } from 'vitest';
import { parseConfiguration } from '../../src/config/index.js';
import { createSource } from '../../src/sources/index.js';
import { createLogger } from '../../src/logger.js';

const logger = createLogger({ name: 'test', level: 'silent' });

it('gives no frame until it is stopped, and calls that no fault', async () => {
  const { pipelines } = parseConfiguration(
    {
      models: { sorter: { source: { type: 'package', path: 'models/waste-sorter' } } },
      pipelines: { 'on-demand': { source: { type: 'requests' }, model: 'sorter' } },
    },
    'test',
  );
  const config = pipelines['on-demand']?.source;
  if (!config) throw new Error('the pipeline is missing');
  const source = createSource(config, { minWidth: 1, minHeight: 1, logger });
  const stopping = new AbortController();
  let ended = false;
  const next = source.next(stopping.signal).finally(() => (ended = true));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(ended).toBe(false);
  stopping.abort();
  expect(await next).toBeUndefined();
  expect(source.silent).toBe(true);
  expect(source.counters.captured).toBe(0);
});

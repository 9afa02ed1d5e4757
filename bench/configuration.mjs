import { parseConfiguration } from '../dist/config/index.js';
import { sampleFolder } from './samples.mjs';
import { modelFolder, threads } from './workload.mjs';

/**
 * What an operator would write for pipelines of the shipped classifier on the sample pictures.
 * @param {{ intervalSeconds: number, path?: string, count?: number }} source an interval of 0 is without pause; `path` names other
 *   pictures; default: one pipeline, `bench`; the others are `bench-2`, …
 */
export const benchDocument = ({ intervalSeconds, path = sampleFolder, count = 1 }) => ({
  models: { 'waste-sorter': { source: { type: 'package', path: modelFolder } } },
  pipelines: Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      index === 0 ? 'bench' : `bench-${index + 1}`,
      { source: { type: 'images', path, intervalSeconds }, model: 'waste-sorter' },
    ]),
  ),
  dlr: { threads },
});

/** The same with every default filled in. */
export const benchConfiguration = (source) => parseConfiguration(benchDocument(source), 'of the bench');

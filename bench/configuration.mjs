import { parseConfiguration } from '../dist/config/index.js';
import { sampleFolder } from './samples.mjs';
import { modelFolder, threads } from './workload.mjs';

/**
 * What an operator would write for one pipeline of the shipped classifier on the sample pictures.
 * @param {{ intervalSeconds: number, path?: string }} source an interval of 0 is without pause; `path` names other pictures
 */
export const benchDocument = ({ intervalSeconds, path = sampleFolder }) => ({
  models: { 'waste-sorter': { source: { type: 'package', path: modelFolder } } },
  pipelines: {
    bench: { source: { type: 'images', path, intervalSeconds }, model: 'waste-sorter' },
  },
  dlr: { threads },
});

/** The same with every default filled in. */
export const benchConfiguration = (source) => parseConfiguration(benchDocument(source), 'of the bench');

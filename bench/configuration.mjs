import { parseConfiguration } from '../dist/config/index.js';
import { sampleFolder } from './samples.mjs';
import { modelFolder, threads } from './workload.mjs';

/**
 * What an operator would write for one pipeline of the shipped classifier on the sample pictures.
 * @param {{ intervalSeconds: number }} source 0: without pause
 */
export const benchDocument = ({ intervalSeconds }) => ({
  models: { 'waste-sorter': { source: { type: 'package', path: modelFolder } } },
  pipelines: {
    bench: { source: { type: 'images', path: sampleFolder, intervalSeconds }, model: 'waste-sorter' },
  },
  dlr: { threads },
});

/** The same with every default filled in. */
export const benchConfiguration = (source) => parseConfiguration(benchDocument(source), 'of the bench');

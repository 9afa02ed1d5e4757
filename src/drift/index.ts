export { DriftMonitor, type DriftReport } from './monitor.js';
export { referenceFile } from './reference.js';

export { checkAccessControl } from './access-control.js';
export { documentSchema } from './document.js';
export type {
  Configuration,
  DlrConfig,
  PipelineConfig,
  StatusConfig,
  SupervisionConfig,
} from './document.js';
export { readConfigurationFile } from './file.js';
export { applyOverrides } from './overrides.js';
export { parseConfiguration } from './parse.js';
export { resolvePaths } from './paths.js';

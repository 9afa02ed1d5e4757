export { openPackage } from './package.js';
export type { ModelPackage, PackageRequest } from './package.js';
export { inputSize } from './manifest.js';
export type { DecoderSpec, Manifest, ModelInput, ModelTarget } from './manifest.js';

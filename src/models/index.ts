export { openPackage, readPackageFile } from './package.js';
export type { ModelPackage, PackageRequest } from './package.js';
export { ModelRepository } from './repository.js';
export type { RepositoryOptions } from './repository.js';
export type { ModelSupply, ResolvedModel } from './supply.js';
export type { ModelOrigin } from './origin.js';
export { inputSize } from './manifest.js';
export type { Manifest, ModelInput, ModelTarget } from './manifest.js';
export { storedLibrary } from './runtime-library.js';

export { compileModel } from './compile.js';
export type { CompileOrder, CompiledModel } from './compile.js';
export { frameworkNames, frameworks, type FrameworkName } from './framework.js';

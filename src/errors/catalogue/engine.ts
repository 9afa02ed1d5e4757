import { entry } from './entry.js';

/** Errors of the addon and of the engines on it. `text` is what libdlr or the dynamic loader said. */
export const engineErrors = {
  MODEL_LOAD_FAILED: entry<{ path: string; text: string }>({
    message: ({ path, text }) => `The model in ${path} does not load: ${text}.`,
    remedy: 'Check that the folder holds one .so, one .json and one .params made for this machine.',
  }),
};

import { entry } from './entry.js';

/** Errors of model packages, before any runtime sees them. */
export const modelErrors = {
  MODEL_NOT_FOUND: entry<{ path: string }>({
    message: ({ path }) => `There is no model package at ${path}: it has no model.json.`,
    remedy: 'Give the path of a folder that holds one.',
  }),
  MODEL_UNPINNED: entry<{ path: string; digest: string }>({
    message: ({ path }) => `The model package ${path} is not pinned, and a compiled model is native code.`,
    remedy: ({ digest }) =>
      `If you trust it, set source.sha256 to ${digest}; for development, set allowUnpinned to true.`,
  }),
  MODEL_MANIFEST_INVALID: entry<{ path: string; problems: string[] }>({
    message: ({ path, problems }) => `The manifest ${path} is not valid: ${problems.join('; ')}.`,
    remedy: 'Correct each field named above; docs/model-package.md describes the manifest.',
  }),
  MODEL_FILE_MISSING: entry<{ path: string }>({
    message: ({ path }) => `The model file ${path} is missing or cannot be read.`,
    remedy: 'Install the model package again.',
  }),
  MODEL_FILE_UNLISTED: entry<{ path: string }>({
    message: ({ path }) => `The file ${path} has no digest in the manifest.`,
    remedy: 'Make the package anew, so that every file is listed with its SHA-256.',
  }),
  MODEL_FILE_WRITABLE: entry<{ path: string }>({
    message: ({ path }) => `The model file ${path} can be written by every user of this machine.`,
    remedy: 'Take that right away: chmod -R o-w on the package.',
  }),
  MODEL_DIGEST_MISMATCH: entry<{ path: string; expected: string; actual: string }>({
    message: ({ path, expected, actual }) => `The file ${path} has the SHA-256 ${actual}, expected is ${expected}.`,
    remedy: 'The file was changed, truncated or replaced: install the model package again, or pin the new digest if you made the change.',
  }),
  MODEL_NO_TARGET: entry<{ model: string; reasons: string[] }>({
    message: ({ model, reasons }) => `No target of the model ${model} runs here: ${reasons.join('; ')}.`,
    remedy: 'Add a target for this machine to the package, or remove the restriction from the configuration.',
  }),
  LABELS_MISMATCH: entry<{ model: string; labels: number; outputs: number }>({
    message: ({ model, labels, outputs }) => `The model ${model} has ${outputs} outputs and ${labels} labels.`,
    remedy: 'The labels file must have one line for each output, in the order of the outputs.',
  }),
  MODEL_INPUT_MISMATCH: entry<{ model: string; expected: string; actual: string }>({
    message: ({ model, expected, actual }) => `The manifest of the model ${model} promises the input ${expected}, the artifact wants ${actual}.`,
    remedy: 'Correct input.name, input.shape and input.dtype in model.json, or compile the model for that shape.',
  }),
};

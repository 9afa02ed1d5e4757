import { entry } from './entry.js';

const setUp =
  'Run "npm run setup" (x86-64), or set MLI_LIBDLR or dlr.library to the libdlr.so of this machine.';
const runtimeTitles = { dlr: 'DLR', onnx: 'ONNX Runtime' } as const;
const asMade = 'Copy the folder again from where it was compiled, or compile the model again.';

/** Errors of the addon and of the engines on it. `text` is what libdlr or the dynamic loader said. */
export const engineErrors = {
  ADDON_NOT_FOUND: entry<{ tried: { path: string; reason: string }[]; platform: string }>({
    message: ({ tried }) =>
      [
        'The addon mli_dlr.node does not load. Tried:',
        ...tried.map(({ path, reason }) => `  ${path}: ${reason}`),
      ].join('\n'),
    remedy: ({ platform }) =>
      [
        'Possible solutions:',
        '  In a checkout: npm run setup (it builds the addon).',
        `  On a device: install the component's archive for ${platform}; it holds the addon ready-made.`,
        '  With "GLIBC" or "GLIBCXX" in the reason: the system is older than the build; it needs glibc 2.34 or newer.',
      ].join('\n'),
    fatal: true,
  }),
  ADDON_SHUT_DOWN: entry<object>({
    message: () => 'The process is ending, so no model is loaded or run any more.',
    remedy: 'Nothing needs to be done.',
  }),

  LIBDLR_NOT_FOUND: entry<{ tried: string[] }>({
    message: ({ tried }) => ['There is no libdlr.so. Tried:', ...tried.map((path) => `  ${path}`)].join('\n'),
    remedy: setUp,
  }),
  LIBDLR_UNTRUSTED: entry<{ path: string; sha256: string }>({
    message: ({ path, sha256 }) =>
      `The library ${path} is none of the known releases of DLR, and native code is not opened on trust: its sha256 is ${sha256}.`,
    remedy: 'If you know where it is from, put this digest into dlr.sha256 of the configuration.',
  }),
  LIBDLR_WRITABLE: entry<{ path: string }>({
    message: ({ path }) => `The library ${path} can be written by every user, so its digest proves nothing.`,
    remedy: 'Take the permission away: chmod o-w.',
  }),
  LIBDLR_WRONG_ARCHITECTURE: entry<{ path: string; actual: string; expected: string }>({
    message: ({ path, actual, expected }) =>
      `The library ${path} is made for ${actual}; this process is ${expected}.`,
    remedy: setUp,
  }),
  LIBDLR_UNLOADABLE: entry<{ path: string; text: string }>({
    message: ({ path, text }) => `The library ${path} does not open: ${text}.`,
    remedy: 'Check that the file is complete and that the libraries it names are installed.',
  }),
  LIBDLR_TOO_OLD: entry<{ path: string; symbol: string }>({
    message: ({ path, symbol }) =>
      `The library ${path} lacks ${symbol}: it is older than DLR 1.3, or not DLR.`,
    remedy: setUp,
  }),

  MODEL_RUNTIME_TOO_OLD: entry<{
    path: string;
    runtime: 'dlr' | 'onnx';
    minVersion: string;
    actual: string;
    library: string;
  }>({
    message: ({ path, runtime, minVersion, actual, library }) =>
      `The model in ${path} needs ${runtimeTitles[runtime]} ${minVersion} or newer, ${library} is ${actual}.`,
    remedy: ({ runtime }) =>
      runtime === 'dlr'
        ? 'Put a newer libdlr.so on the device (dlr.library, MLI_LIBDLR, or the component mli.runtime.DLR), or compile the model for this one.'
        : 'Install a newer version of the component, which brings ONNX Runtime, or export the model with an older opset.',
  }),

  ONNXRUNTIME_NOT_FOUND: entry<{ reason: string }>({
    message: ({ reason }) => `There is no ONNX Runtime: ${reason}.`,
    remedy:
      'Run "npm run setup"; on a device, install the component\'s archive for its platform, which holds it.',
  }),
  ONNXRUNTIME_UNLOADABLE: entry<{ path: string; text: string }>({
    message: ({ path, text }) => `The library ${path} does not open: ${text}.`,
    remedy: 'Check that the file is complete and made for this machine; "npm run setup" installs it anew.',
  }),

  ARTIFACT_NOT_FOUND: entry<{ path: string; reason: string }>({
    message: ({ path, reason }) => `The compiled model ${path} cannot be used: ${reason}.`,
    remedy: 'Give the folder that the compiler wrote, unpacked.',
  }),
  ARTIFACT_AMBIGUOUS: entry<{ path: string; extension: string; files: string[] }>({
    message: ({ path, extension, files }) =>
      `The compiled model ${path} has ${files.length} ${extension} files, and it may have one: ${files.join(', ')}.`,
    remedy: 'Keep labels, manifests and other files of your own beside the folder, not in it.',
  }),
  ARTIFACT_INCOMPLETE: entry<{ path: string; backend: string; extension: string }>({
    message: ({ path, backend, extension }) =>
      `The model ${path} has no ${extension} file, which a model for the ${backend} back end needs.`,
    remedy: asMade,
  }),
  ARTIFACT_DAMAGED: entry<{ path: string; reason: string }>({
    message: ({ path, reason }) => `The file ${path} of a compiled model is damaged: ${reason}.`,
    remedy: asMade,
  }),
  ARTIFACT_WRONG_ARCHITECTURE: entry<{ path: string; actual: string; expected: string }>({
    message: ({ path, actual, expected }) =>
      `The compiled model ${path} is made for ${actual}; this process is ${expected}.`,
    remedy: 'Compile the model for this platform, or choose another target of its package.',
  }),

  MODEL_LOAD_FAILED: entry<{ path: string; text: string }>({
    message: ({ path, text }) => `The model in ${path} does not load: ${text}.`,
    remedy: ({ path }) =>
      path.endsWith('.onnx')
        ? 'Export the model again, or check the file against where it is from: it is damaged, or newer than this ONNX Runtime.'
        : 'Check that the folder holds one .so, one .json and one .params made for this machine.',
  }),
  MODEL_UNSUPPORTED: entry<{ path: string; tensor: string; dtype: string }>({
    message: ({ path, tensor, dtype }) =>
      `The tensor "${tensor}" of the model in ${path} has the type ${dtype || '(none)'}, which cannot be handed over.`,
    remedy:
      'Make the model with tensors of a numeric type: compile it without a data transform; export classifiers without the map of labels (ZipMap).',
  }),
  MODEL_OPERATOR_UNSUPPORTED: entry<{ path: string; operator: string; text: string }>({
    message: ({ path, operator, text }) =>
      `The model ${path} uses the operator ${operator}, which this ONNX Runtime does not have: ${text}.`,
    remedy:
      'Export the model with the standard operators of ONNX (opset 21 or lower), or compile it where its operator is known: mli model compile.',
  }),
  MODEL_DATA_MISSING: entry<{ path: string; file: string }>({
    message: ({ path, file }) => `The model ${path} keeps weights in the file ${file}, which is not there.`,
    remedy: 'Put that file beside the model; in a package, list it among the files of the target.',
  }),
  MODEL_DISPOSED: entry<{ path: string }>({
    message: ({ path }) => `The model in ${path} was disposed of, so it cannot run any more.`,
    remedy: 'Load it again.',
  }),
  INPUT_INVALID: entry<{ path: string; input: string; expected: string; received: string }>({
    message: ({ path, input, expected, received }) =>
      `Expected ${expected} for ${input} but received ${received} (model in ${path}).`,
    remedy: 'Make the input as the model declares it.',
  }),
  RUN_FAILED: entry<{ path: string; text: string }>({
    message: ({ path, text }) => `The model in ${path} failed while it ran: ${text}.`,
    remedy: 'Check that the artifact fits the library and this machine.',
  }),
  ENGINE_OPTION_INVALID: entry<{ option: string; expected: string; received: string }>({
    message: ({ option, expected, received }) =>
      `Expected ${expected} for ${option} but received ${received}.`,
    remedy: 'Correct the option.',
  }),
};

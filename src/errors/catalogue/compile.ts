import { entry } from './entry.js';

const neo = 'Or let SageMaker Neo compile it: mli model compile --neo.';

/** Errors of `mli model compile` and `mli model get`: the Python environments, the model that is given, and Neo's jobs. */
export const compileErrors = {
  COMPILE_PYTHON_MISSING: entry<{ framework: string; versions: readonly string[]; tried: readonly string[] }>(
    {
      message: ({ framework, versions, tried }) =>
        `Compiling ${framework} models needs CPython ${versions.join(' or ')}, and there is none (tried: ${tried.join(', ')}).`,
      remedy: ({ versions }) =>
        `Install it (pyenv install ${versions[0] ?? ''}), or name one with --python or MLI_COMPILE_PYTHON. ${neo}`,
    },
  ),
  COMPILE_PYTHON_UNSUITABLE: entry<{ python: string; found: string; versions: readonly string[] }>({
    message: ({ python, found, versions }) =>
      `The Python that was named, ${python}, is ${found}; needed is CPython ${versions.join(' or ')}.`,
    remedy: 'Name another one with --python or MLI_COMPILE_PYTHON, or none, so that one is looked for.',
  }),
  COMPILE_MACHINE_UNSUITED: entry<{ machine: string }>({
    message: ({ machine }) =>
      `The compilers are published for x86-64 Linux only, and this machine is ${machine}.`,
    remedy: `Compile for this machine on an x86-64 one (--target arm64). ${neo}`,
  }),
  COMPILE_ENVIRONMENT_FAILED: entry<{ name: string; reason: string; log: string }>({
    message: ({ name, reason, log }) =>
      `The Python environment ${name} could not be made: ${reason} (all of it: ${log}).`,
    remedy:
      'Nothing half done was left. Check the network, the disk and the package index of pip (pip config list), and run the command again.',
  }),
  COMPILE_TOOL_MISSING: entry<{ tool: string; target: string; aptPackage: string }>({
    message: ({ tool, target }) => `Linking for ${target} needs ${tool}, which is not on the PATH.`,
    remedy: ({ aptPackage }) => `Install it: apt-get install ${aptPackage}.`,
  }),
  COMPILE_TARGET_UNKNOWN: entry<{ target: string; known: readonly string[] }>({
    message: ({ target, known }) =>
      `There is no target ${target} for this kind of model (there: ${known.join(', ')}).`,
    remedy: 'Name one of these with --target.',
  }),

  COMPILE_MODEL_UNKNOWN: entry<{ path: string; reason: string }>({
    message: ({ path, reason }) => `It is not clear which framework the model ${path} is from: ${reason}.`,
    remedy: 'Say it with --framework.',
  }),
  COMPILE_MODEL_INVALID: entry<{ path: string; framework: string; reason: string }>({
    message: ({ path, framework, reason }) => `The ${framework} model ${path} cannot be compiled: ${reason}.`,
    remedy: 'Correct what the reason names, and compile it again.',
  }),
  COMPILE_OPERATOR_UNSUPPORTED: entry<{ path: string; operators: readonly string[]; by: string }>({
    message: ({ path, operators, by }) =>
      `The model ${path} uses what ${by} does not know: ${operators.join(', ')}.`,
    remedy:
      'Export the model without it (pre- and post-processing often belong outside of the network), or try SageMaker Neo: mli model compile --neo.',
  }),
  COMPILE_SHAPE_NEEDED: entry<{ path: string; input: string; declared: readonly number[] }>({
    message: ({ path, input, declared }) =>
      `The input ${input} of the model ${path} has no fixed shape: it declares [${declared.map((axis) => (axis < 0 ? '?' : axis)).join(', ')}].`,
    remedy: ({ input }) =>
      `Give it: --input-shape ${/^\d+$/.test(input) ? '' : `${input}=`}1,3,224,224 (with the sizes of yours).`,
  }),
  COMPILE_SHAPE_MISMATCH: entry<{
    path: string;
    input: string;
    declared: readonly number[];
    given: readonly number[];
  }>({
    message: ({ path, input, declared, given }) =>
      `The input ${input} of the model ${path} is [${declared.map((axis) => (axis < 0 ? '?' : axis)).join(', ')}], and cannot have the shape [${given.join(', ')}].`,
    remedy: 'Correct --input-shape; only the axes with a question mark are free.',
  }),
  COMPILE_EXTERNAL_DATA_MISSING: entry<{ path: string; files: readonly string[] }>({
    message: ({ path, files }) =>
      `The ONNX file ${path} keeps weights in other files, and these are not beside it: ${files.join(', ')}.`,
    remedy: 'Put them into its folder, as they were when it was exported.',
  }),
  COMPILE_INPUT_UNSUITED: entry<{ path: string; inputs: readonly string[]; reason: string }>({
    message: ({ path, inputs, reason }) => `The model ${path} takes ${inputs.join(' and ')}: ${reason}.`,
    remedy: 'Export the part of it that takes one picture or one row of features.',
  }),
  COMPILE_MANIFEST_INCOMPLETE: entry<{ path: string; missing: readonly string[] }>({
    message: ({ path, missing }) =>
      `What the model ${path} does not say of itself is missing: ${missing.join('; ')}.`,
    remedy:
      'Give these fields in a file (--manifest) or one by one (--set input.colorOrder=RGB); docs/model-package.md describes them.',
  }),
  COMPILE_PROGRAM_FAILED: entry<{ program: string; reason: string; log: string }>({
    message: ({ program, reason, log }) =>
      `The program ${program} ended without an answer: ${reason} (all of it: ${log}).`,
    remedy: `Nothing was written. If the model is sound, this is a fault of a compiler. ${neo}`,
  }),
  COMPILE_INTERRUPTED: entry<object>({
    message: () => 'It was interrupted.',
    remedy: 'Nothing half done was left; run the command again.',
  }),
  COMPILE_OUTPUT_EXISTS: entry<{ path: string }>({
    message: ({ path }) => `The folder ${path} is there already and is no model package.`,
    remedy: 'Name a new folder with --out, or remove that one.',
  }),

  // SageMaker Neo
  NEO_JOB_FAILED: entry<{ job: string; status: string; reason: string }>({
    message: ({ job, status, reason }) => `The compilation job ${job} is ${status}: ${reason}.`,
    remedy:
      'Correct what the reason names; most are a wrong --input-shape, --framework or framework version.',
  }),
  NEO_JOB_TIMEOUT: entry<{ job: string; timeoutSeconds: number; status: string }>({
    message: ({ job, timeoutSeconds, status }) =>
      `The compilation job ${job} is ${status} after ${timeoutSeconds} s.`,
    remedy: ({ job }) => `It goes on by itself. When it is completed: mli model compile --neo --job ${job}.`,
  }),

  // Models of the registries
  GET_MODEL_UNKNOWN: entry<{ name: string; known: readonly string[] }>({
    message: ({ name, known }) => `No model ${name} can be got (there: ${known.join(', ')}).`,
    remedy: 'Name one of these.',
  }),
  GET_DIGEST_MISMATCH: entry<{ file: string; expected: string; actual: string }>({
    message: ({ file, expected, actual }) => `${file} has the SHA-256 ${actual}, expected is ${expected}.`,
    remedy:
      'Nothing of it was used. It is damaged or not the published one: try again, or use another package index.',
  }),
  GET_DOWNLOAD_FAILED: entry<{ name: string; reason: string }>({
    message: ({ name, reason }) => `${name} could not be downloaded: ${reason}.`,
    remedy:
      'Check the network and the settings of the registry (npm config list, pip config list), and try again.',
  }),
};

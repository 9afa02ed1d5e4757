import { entry } from './entry.js';

/** Errors of models, from their origin to the package on the device, before any runtime sees them. */
export const modelErrors = {
  MODEL_NOT_FOUND: entry<{ path: string }>({
    message: ({ path }) => `There is no model package at ${path}: it has no model.json.`,
    remedy: 'Give the path of a folder that holds one.',
  }),
  MODEL_UNPINNED: entry<{ path: string; digest: string }>({
    message: ({ path }) =>
      `The model ${path} is neither pinned nor signed, and a compiled model is native code.`,
    remedy: ({ digest }) =>
      `If you trust it, set source.sha256 to ${digest}, or sign it (mli model sign) and list the key in trust.publicKeys; for development, set allowUnpinned to true.`,
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
    message: ({ path, expected, actual }) =>
      `The file ${path} has the SHA-256 ${actual}, expected is ${expected}.`,
    remedy:
      'The file was changed, truncated or replaced: install the model package again, or pin the new digest if you made the change.',
  }),
  MODEL_NO_TARGET: entry<{ model: string; reasons: string[] }>({
    message: ({ model, reasons }) =>
      `No target of the model ${model} runs here: ${reasons.map((reason) => reason.replace(/\.$/, '')).join('; ')}.`,
    remedy:
      'Add a target for this machine to the package (mli model compile makes one), or remove the restriction from the configuration; mli model explain shows the walk.',
  }),
  MODEL_PACKAGE_EXISTS: entry<{ path: string; reason: string }>({
    message: ({ path, reason }) => `The package cannot be put at ${path}: ${reason}.`,
    remedy: 'Give the name of a folder that does not exist yet.',
  }),
  MODEL_NOT_CONFIGURED: entry<{ model: string; known: string[] }>({
    message: ({ model, known }) =>
      `The configuration has no model "${model}" (there: ${known.join(', ') || 'none'}).`,
    remedy: 'Give the name of one of its models.',
  }),
  LABELS_MISMATCH: entry<{ model: string; labels: number; outputs: number }>({
    message: ({ model, labels, outputs }) =>
      `The model ${model} has ${outputs} outputs and ${labels} labels.`,
    remedy: 'The labels file must have one line for each output, in the order of the outputs.',
  }),
  MODEL_INPUT_MISMATCH: entry<{ model: string; expected: string; actual: string }>({
    message: ({ model, expected, actual }) =>
      `The manifest of the model ${model} promises the input ${expected}, the artifact wants ${actual}.`,
    remedy:
      'Correct input.name, input.shape and input.dtype in model.json, or compile the model for that shape.',
  }),

  MODEL_OUTPUT_MISMATCH: entry<{ model: string; expected: string; actual: string }>({
    message: ({ model, expected, actual }) =>
      `The decoder of the model ${model} needs the output ${expected}, the artifact gives ${actual}.`,
    remedy: 'Correct decoder in model.json, or compile the model with that output.',
  }),

  // From afar
  MODEL_ORIGIN_UNREACHABLE: entry<{ uri: string; attempts: number; reason: string }>({
    message: ({ uri, attempts, reason }) =>
      `The model ${uri} could not be fetched in ${attempts} attempt${attempts === 1 ? '' : 's'}: ${reason}.`,
    remedy:
      'Check the network of the device; what has arrived is kept, and the next attempt goes on from there.',
  }),
  MODEL_ORIGIN_FORBIDDEN: entry<{ uri: string; action: string; reason: string }>({
    message: ({ uri, reason }) => `Reading the model ${uri} is not allowed: ${reason}.`,
    remedy: ({ action }) =>
      `Allow ${action} to the device's token exchange role. S3 also answers so for a missing key where s3:ListBucket is not allowed: check the name.`,
  }),
  MODEL_ORIGIN_MISSING: entry<{ uri: string; reason: string }>({
    message: ({ uri, reason }) => `There is no model at ${uri}: ${reason}.`,
    remedy: 'Correct the source of the model in the configuration, or put the model there.',
  }),
  MODEL_ORIGIN_REGION: entry<{ uri: string; region: string; reason: string }>({
    message: ({ uri, region, reason }) =>
      `The bucket of the model ${uri} is not in the region ${region}: ${reason}.`,
    remedy: "Set source.region to the bucket's region.",
  }),
  MODEL_ORIGIN_REFUSED: entry<{ uri: string; reason: string }>({
    message: ({ uri, reason }) => `The request for the model ${uri} was refused: ${reason}.`,
    remedy:
      'Correct what the reason names: the source of the model in the configuration, or the rights of the device.',
  }),
  MODEL_CREDENTIALS_MISSING: entry<{ uri: string; reason: string }>({
    message: ({ uri, reason }) => `There are no AWS credentials to fetch the model ${uri} with: ${reason}.`,
    remedy:
      'On a device, deploy aws.greengrass.TokenExchangeService with the component; on a desk, set a profile or AWS_ACCESS_KEY_ID.',
  }),
  MODEL_JOB_UNFINISHED: entry<{ job: string; status: string }>({
    message: ({ job, status }) => `The job ${job} has no model yet: it is ${status}.`,
    remedy: 'Wait until it is completed.',
  }),
  MODEL_JOB_FAILED: entry<{ job: string; status: string; reason: string }>({
    message: ({ job, status, reason }) => `The job ${job} has no model: it is ${status} (${reason}).`,
    remedy: 'Name a job that was completed.',
  }),
  MODEL_NOT_IN_STORE: entry<{ component: string; known: string[] }>({
    message: ({ component, known }) =>
      `No component ${component} has registered a model on this device (there: ${known.join(', ') || 'none'}).`,
    remedy: 'Deploy that component to the device, or correct source.component.',
  }),

  // Archives
  MODEL_ARCHIVE_INVALID: entry<{ path: string; reason: string }>({
    message: ({ path, reason }) => `The model archive ${path} cannot be read: ${reason}.`,
    remedy: 'A model archive is a .tar.gz or a .zip: make it anew, or upload it again.',
  }),
  MODEL_ARCHIVE_UNSAFE: entry<{ path: string; entry: string; reason: string }>({
    message: ({ path, entry, reason }) =>
      `The model archive ${path} is refused for its entry "${entry}": ${reason}.`,
    remedy: 'Nothing of it was used. Make the archive from plain files and folders with relative names.',
  }),
  MODEL_ARCHIVE_TOO_LARGE: entry<{ path: string; reason: string }>({
    message: ({ path, reason }) => `The model archive ${path} is refused: ${reason}.`,
    remedy: 'Nothing of it was used. Put only the model into the archive.',
  }),
  /** `framework` as `mli model compile` names it. */
  MODEL_NOT_RUNNABLE: entry<{ path: string; reason: string; framework?: string }>({
    message: ({ path, reason }) => `There is no model to run in ${path}: ${reason}.`,
    remedy: ({ path, framework }) =>
      framework === undefined
        ? 'Compile it with SageMaker Neo or `mli model compile`, or make a model package with a model.json (mli model pack).'
        : `Compile it: mli model compile ${path} --framework ${framework} --out <folder>; or with SageMaker Neo.`,
  }),
  MODEL_MANIFEST_INCOMPLETE: entry<{ path: string; missing: string[] }>({
    message: ({ path, missing }) =>
      `The compiled model ${path} has no model.json, and these fields are not known: ${missing.join('; ')}.`,
    remedy: 'Set them below `manifest` of the model in the configuration.',
  }),
  MODEL_DISK_FULL: entry<{ path: string; needed?: { neededMegabytes: number; freeMegabytes: number } }>({
    message: ({ path, needed }) =>
      needed
        ? `The disk of ${path} is too full for the model: it needs ${needed.neededMegabytes} MB, ${needed.freeMegabytes} MB are free.`
        : `The disk of ${path} ran full while the model was written.`,
    remedy: 'Free some space; nothing half-written is used, and a running model goes on.',
  }),
  MODEL_CACHE_UNWRITABLE: entry<{ path: string; reason: string }>({
    message: ({ path, reason }) => `The model cache ${path} cannot be written: ${reason}.`,
    remedy: "Give the component's user the right to write there, or free the disk.",
  }),

  // Signatures
  MODEL_SIGNATURE_INVALID: entry<{ path: string; reason: string }>({
    message: ({ path, reason }) => `The signature of the model ${path} is not good: ${reason}.`,
    remedy:
      'Nothing of it was used. Sign the very file again with `mli model sign`, or add the signer to trust.publicKeys.',
  }),
  MODEL_KEY_INVALID: entry<{ path: string; reason: string }>({
    message: ({ path, reason }) => `${path} is no Ed25519 private key: ${reason}.`,
    remedy: 'Make one with `mli model keygen`.',
  }),
  MODEL_KEY_EXISTS: entry<{ path: string }>({
    message: ({ path }) => `There is a file ${path} already, and a lost key cannot be made again.`,
    remedy: 'Choose another name, or move that file away.',
  }),
};

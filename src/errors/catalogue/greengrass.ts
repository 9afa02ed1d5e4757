import type { ConfigurationProblem } from './configuration.js';
import { entry } from './entry.js';

const atResource = (resource: string | undefined) => (resource === undefined ? '' : ` on ${resource}`);
const saying = (text: string) => (text === '' ? 'without a text' : `with "${text}"`);

/** Errors of the IPC client, of its topics and messages, and of the development nucleus. */
export const greengrassErrors = {
  IPC_ENVIRONMENT_MISSING: entry<{ variable: string }>({
    message: ({ variable }) =>
      `The environment variable ${variable} is not set, so there is no Greengrass nucleus to talk to.`,
    remedy: 'Run as a Greengrass component, or start "mli nucleus" and use the variables that it prints.',
    fatal: true,
  }),
  IPC_SDK_MISSING: entry<{ reason: string }>({
    message: ({ reason }) => `The package aws-iot-device-sdk-v2 does not load: ${reason}.`,
    remedy:
      'Install the packages for this platform again; there are builds for Linux x64 and arm64 (glibc and musl), none for armv7.',
    fatal: true,
  }),
  IPC_CONNECT_FAILED: entry<{ socketPath: string; reason: string }>({
    message: ({ socketPath, reason }) =>
      `The Greengrass nucleus at ${socketPath} does not accept the connection: ${reason}.`,
    remedy:
      'Check that the nucleus runs and that SVCUID is the token it gave to this process; the client keeps trying until it is closed.',
  }),
  IPC_TIMEOUT: entry<{ operation: string; resource?: string; timeoutMs: number }>({
    message: ({ operation, resource, timeoutMs }) =>
      `The Greengrass nucleus did not answer ${operation}${atResource(resource)} within ${timeoutMs} ms.`,
    remedy:
      'The outcome is unknown: repeat it if a repetition does no harm. If it lasts, look into the log of the nucleus.',
  }),
  IPC_DISCONNECTED: entry<{ operation: string; reason: string }>({
    message: ({ operation, reason }) =>
      `${operation} has no connection to the Greengrass nucleus: ${reason}.`,
    remedy:
      'The client reconnects and subscribes again by itself; keep what must not be lost and send it after "connected".',
  }),
  IPC_CLOSED: entry<{ operation: string }>({
    message: ({ operation }) => `${operation} was asked of a Greengrass client that is closed.`,
    remedy: 'Make a new client: a closed one stays closed.',
  }),
  IPC_UNAUTHORIZED: entry<{ operation: string; resource: string; service: string; text: string }>({
    message: ({ operation, resource, text }) =>
      `The Greengrass nucleus denies aws.greengrass#${operation} on "${resource}" ${saying(text)}.`,
    remedy: ({ operation, resource, service }) =>
      `Add to ComponentConfiguration.DefaultConfiguration.accessControl of the recipe, under ${service}: ` +
      `{ operations: ["aws.greengrass#${operation}"], resources: ["${resource}"] }, and deploy it.`,
  }),
  IPC_KEY_NOT_FOUND: entry<{ component: string; keyPath: string[] }>({
    message: ({ component, keyPath }) =>
      `The configuration of ${component} has no key "${keyPath.join('.')}".`,
    remedy: 'Deploy the key with the configuration, or ask for one that is there.',
  }),
  IPC_SERVICE_ERROR: entry<{ operation: string; resource?: string; type: string; text: string }>({
    message: ({ operation, resource, type, text }) =>
      `The Greengrass nucleus answered ${operation}${atResource(resource)} with ${type}${text === '' ? '' : `: ${text}`}.`,
    remedy:
      'Nucleus lite answers operations that it does not have with an empty ServiceError; for others its log says more.',
  }),
  TOPIC_INVALID: entry<{ topic: string; reason: string }>({
    message: ({ topic, reason }) => `The topic "${topic}" cannot be used: ${reason}.`,
    remedy: 'Use levels between slashes; + and # stand for levels in subscriptions only, # at the end.',
  }),
  MESSAGE_TOO_LARGE: entry<{ topic: string; bytes: number; limitBytes: number }>({
    message: ({ topic, bytes, limitBytes }) =>
      `A message of ${bytes} bytes for the topic "${topic}" is larger than the ${limitBytes} bytes that every nucleus delivers.`,
    remedy:
      'Split or trim it: nucleus lite drops or disconnects above the limit. Pictures travel by file or HTTP.',
  }),
  NUCLEUS_SOCKET_UNUSABLE: entry<{ path: string; reason: string }>({
    message: ({ path, reason }) => `The development nucleus cannot listen on ${path}: ${reason}.`,
    remedy:
      'Give another --socket path: at most 107 bytes, in a folder of yours, with nothing of value at that name.',
    fatal: true,
  }),
  NUCLEUS_COMPONENT_UNKNOWN: entry<{ component: string }>({
    message: ({ component }) => `The development nucleus has no component ${component}.`,
    remedy: 'Add it first, by its recipe or by its name.',
  }),
  RECIPE_UNREADABLE: entry<{ path: string; reason: string }>({
    message: ({ path, reason }) => `The recipe ${path} cannot be read: ${reason}.`,
    remedy: 'Give an existing Greengrass recipe, YAML or JSON.',
    fatal: true,
  }),
  RECIPE_INVALID: entry<{ path: string; problems: ConfigurationProblem[] }>({
    message: ({ path, problems }) =>
      [
        `The recipe ${path} has ${problems.length} problem${problems.length === 1 ? '' : 's'}:`,
        ...problems.map((problem) => `  ${problem.path || '(document)'}: ${problem.message}`),
      ].join('\n'),
    remedy: 'Correct each path named above; the format is "2020-01-25".',
    fatal: true,
  }),
};

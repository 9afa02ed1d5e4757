import { EdgeError } from '../errors/index.js';

/**
 * The configuration of AWS's component aws.greengrass.DLRImageClassification (2.1.x), as its users wrote it: all keys optional,
 * numbers and booleans often strings.
 */
const awsKeys = [
  'InferenceInterval',
  'ImageDirectory',
  'ImageName',
  'UseCamera',
  'Accelerator',
  'ModelResourceKey',
  'PublishResultsOnTopic',
] as const;

type Json = Record<string, unknown>;

/** The names of the architectures in ModelResourceKey, by Node's. */
const resourceKeys: Record<string, string> = { x64: 'x86_64', arm64: 'aarch64', arm: 'armv7l' };

/** The component's own defaults. */
const defaults = { interval: 3600, topic: 'ml/dlr/image-classification', model: 'mli.model.WasteSorter' };

export const hasAwsKeys = (document: unknown): document is Json =>
  typeof document === 'object' && document !== null && awsKeys.some((key) => Object.hasOwn(document, key));

/**
 * Translates those keys into one pipeline, `aws-dlr`, that publishes `format: aws-dlr` to IoT Core only, as AWS's component does.
 * What else is in the document stays.
 * @param architecture as Node names it
 * @throws EdgeError CONFIG_INVALID with all problems at once
 */
export function fromAwsKeys(document: Json, architecture: string = process.arch): Json {
  const problems: { path: string; message: string }[] = [];
  const text = (key: string): string | undefined => {
    const value = document[key];
    if (value === undefined || typeof value === 'string') return value;
    problems.push({ path: key, message: 'must be a string' });
    return undefined;
  };
  /** A word or a boolean, in lower case. */
  const word = (key: string, otherwise: string): string => {
    const value = document[key] ?? otherwise;
    return typeof value === 'string' || typeof value === 'boolean' ? String(value).toLowerCase() : '';
  };
  const directory = text('ImageDirectory');
  const image = text('ImageName');
  const topic = text('PublishResultsOnTopic') ?? defaults.topic;
  const camera = word('UseCamera', 'false');
  if (camera !== 'true' && camera !== 'false')
    problems.push({ path: 'UseCamera', message: 'must be true or false' });
  const accelerator = word('Accelerator', 'cpu');
  if (!['cpu', 'gpu'].includes(accelerator))
    problems.push({ path: 'Accelerator', message: 'must be cpu or gpu' });

  const folder = directory ?? '';
  if (folder === '' && camera !== 'true')
    problems.push({ path: 'ImageDirectory', message: 'must name the folder of the pictures' });
  const folderOfModel = modelFolder(document['ModelResourceKey'], architecture, problems);
  if (problems.length > 0)
    throw new EdgeError('CONFIG_INVALID', { origin: "with the keys of AWS's DLR component", problems });
  const rest = Object.fromEntries(
    Object.entries(document).filter(([key]) => !(awsKeys as readonly string[]).includes(key)),
  );
  const { models, pipelines, dlr } = rest as { models?: Json; pipelines?: Json; dlr?: Json };
  return {
    ...rest,
    models: { ...models, 'aws-dlr': { source: { type: 'package', ...folderOfModel } } },
    dlr: { ...(accelerator === 'gpu' && { device: 'gpu' }), ...dlr },
    pipelines: {
      ...pipelines,
      'aws-dlr': {
        source: {
          // The first camera, as AWS's component opens it.
          ...(camera === 'true'
            ? { type: 'camera', device: 0 }
            : { type: 'images', path: image === undefined ? folder : `${folder}/${image}` }),
          intervalSeconds: document['InferenceInterval'] ?? defaults.interval,
        },
        model: 'aws-dlr',
        publish: { local: null, cloud: topic === '' ? null : { topic, mode: 'every', format: 'aws-dlr' } },
      },
    },
  };
}

/** ModelResourceKey names the package of this architecture; without it the waste classifier's component. */
function modelFolder(
  value: unknown,
  architecture: string,
  problems: { path: string; message: string }[],
): Json {
  if (value === undefined) return { component: defaults.model };
  const key = resourceKeys[architecture] ?? architecture;
  const name = typeof value === 'object' && value !== null ? (value as Json)[key] : undefined;
  if (typeof name === 'string' && name !== '') return { component: name };
  problems.push({
    path: 'ModelResourceKey',
    message: `must name the model for ${key}, as {"${key}": "component or package"}`,
  });
  return {};
}

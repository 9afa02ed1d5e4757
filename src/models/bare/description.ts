import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ManifestConfig } from '../../config/model-manifest.js';
import { EdgeError } from '../../errors/index.js';
import { beginsLikeLiteral, parseLabels, parseLiteralLabels } from '../labels.js';
import { readNeoInput } from './metadata.js';

/** The fields of a manifest that say what a model takes and gives; their values are checked with the manifest. */
export interface ModelDescription {
  readonly input: Readonly<Record<string, unknown>>;
  readonly decoder: unknown;
  readonly labels: readonly string[];
}

/** Where models of the common frameworks keep their classes. */
const labelFiles = ['labels.txt', 'synset.txt'];

/** What each field wants, for those who have to look it up in their training code. */
const hints = {
  name: 'input.name (of the input tensor)',
  shape: 'input.shape (such as [1, 3, 224, 224])',
  dtype: 'input.dtype (float32, uint8, …)',
  layout: 'input.layout (NCHW or NHWC)',
  colorOrder: 'input.colorOrder (RGB, BGR or GRAY)',
  mean: 'input.mean (per channel, on the 0..255 scale)',
  std: 'input.std (per channel, on the 0..255 scale)',
  resize: 'input.resize (such as { mode: stretch })',
} as const;

/**
 * Joins what the artifact's metadata says with what the configuration says; the configuration wins. Nothing is guessed that would
 * silently make results wrong.
 * @throws EdgeError MODEL_MANIFEST_INCOMPLETE naming all missing fields at once; MODEL_NOT_RUNNABLE for damaged metadata
 */
export async function describeModel(
  folder: string,
  names: readonly string[],
  config: ManifestConfig | undefined,
): Promise<ModelDescription> {
  const meta = names.find((name) => name.endsWith('.meta'));
  const known = meta === undefined ? undefined : await readNeoInput(path.join(folder, meta));
  const input: Record<string, unknown> = { ...known, ...config?.input };
  input['layout'] ??= layoutOf(input['shape'] as readonly number[] | undefined);
  const labels = await findLabels(folder, names, config?.labels);
  const missing: string[] = Object.entries(hints)
    .filter(([field]) => input[field] === undefined)
    .map(([, hint]) => hint);
  if (!config?.decoder) missing.push('decoder (such as { type: classification, activation: softmax })');
  if (!labels) missing.push('labels (a list, or a file of the artifact)');
  if (missing.length > 0 || !labels)
    throw new EdgeError('MODEL_MANIFEST_INCOMPLETE', { path: folder, missing });
  return { input, decoder: config?.decoder, labels };
}

/** The axis with one or three places is the one of the channels, where only one axis can be. */
function layoutOf(shape: readonly number[] | undefined): 'NCHW' | 'NHWC' | undefined {
  const isChannels = (axis: number) => shape?.[axis] === 1 || shape?.[axis] === 3;
  if (isChannels(1) === isChannels(3)) return undefined;
  return isChannels(1) ? 'NCHW' : 'NHWC';
}

async function findLabels(
  folder: string,
  names: readonly string[],
  config: ManifestConfig['labels'],
): Promise<readonly string[] | undefined> {
  if (Array.isArray(config)) return config;
  const file = config ?? labelFiles.find((name) => names.includes(name));
  if (file === undefined) return undefined;
  const refuse = (reason: string, cause?: unknown) =>
    new EdgeError('MODEL_NOT_RUNNABLE', { path: path.join(folder, file), reason }, { cause });
  // By name only: a path could lead anywhere.
  if (!names.includes(file))
    throw refuse(`the configuration names it for the labels, but the artifact has only ${names.join(', ')}`);
  const text = await readFile(path.join(folder, file), 'utf8');
  if (!beginsLikeLiteral(text)) return parseLabels(text);
  try {
    return parseLiteralLabels(text);
  } catch (error) {
    throw refuse(`it begins like a literal, but ${(error as Error).message}`, error);
  }
}

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { applyOverrides } from '../config/overrides.js';
import { readConfigurationFile } from '../config/file.js';
import { EdgeError } from '../errors/index.js';
import { parseLabels } from '../models/labels.js';
import { parsePythonLabels } from '../models/python-literal.js';
import type { Description } from './description.js';

/** What the user says of the model: a part of a manifest, without targets, files and golden samples. */
const draftSchema = z.strictObject({
  name: z.string().optional(),
  version: z.string().default('1.0.0'),
  description: z.string().optional(),
  task: z.string().optional(),
  license: z.string().default('not stated'),
  labels: z
    .union([z.array(z.string()), z.string()])
    .optional()
    .describe('The classes in the order of the outputs, or a file with one a line.'),
  input: z.record(z.string(), z.unknown()).default({}),
  decoder: z.record(z.string(), z.unknown()).optional(),
  provenance: z.record(z.string(), z.unknown()).default({}),
});

export type Draft = z.output<typeof draftSchema>;

export interface DraftOptions {
  readonly manifest?: string | undefined;
  readonly set: readonly string[];
  readonly name?: string | undefined;
  readonly labels?: string | undefined;
}

/** @throws EdgeError CONFIG_UNREADABLE, OVERRIDE_INVALID, MODEL_MANIFEST_INVALID with all problems at once, MODEL_FILE_MISSING */
export async function readDraft({ manifest, set, name, labels }: DraftOptions): Promise<Draft> {
  const file = manifest === undefined ? {} : await readConfigurationFile(manifest);
  const document = applyOverrides(file, set);
  const parsed = draftSchema.safeParse(document);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.join('.') || '(document)'}: ${issue.message}`,
    );
    throw new EdgeError('MODEL_MANIFEST_INVALID', { path: manifest ?? '(the options)', problems });
  }
  const draft = { ...parsed.data, ...(name !== undefined && { name }) };
  const base = manifest === undefined || labels !== undefined ? '.' : path.dirname(manifest);
  const found = labels ?? draft.labels;
  return typeof found === 'string'
    ? { ...draft, labels: await readLabels(path.resolve(base, found)) }
    : draft;
}

async function readLabels(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new EdgeError('MODEL_FILE_MISSING', { path: file }, { cause });
  });
  return /^\s*[[{(]/.test(text) ? parsePythonLabels(text) : parseLabels(text);
}

/** What cannot be known from the model; a guess would make results silently wrong. */
const pictureFields = {
  layout: 'input.layout (NCHW or NHWC)',
  colorOrder: 'input.colorOrder (RGB, BGR or GRAY)',
  mean: 'input.mean (per channel, on the 0..255 scale)',
  std: 'input.std (per channel, on the 0..255 scale)',
  resize: 'input.resize (such as { mode: stretch })',
} as const;

export interface Outline {
  readonly name: string;
  readonly task: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly decoder: Readonly<Record<string, unknown>>;
  readonly labels: readonly string[] | undefined;
}

/**
 * Joins what the model says of itself with what the user says.
 * @throws EdgeError COMPILE_MANIFEST_INCOMPLETE naming all missing fields at once, COMPILE_INPUT_UNSUITED
 */
export function outline(draft: Draft, description: Description, model: string): Outline {
  const [input, ...more] = description.inputs;
  if (!input || more.length > 0) {
    throw new EdgeError('COMPILE_INPUT_UNSUITED', {
      path: model,
      inputs: description.inputs.map(({ name, shape }) => `${name} [${shape.join(', ')}]`),
      reason: 'a package is fed with one',
    });
  }
  const missing: string[] = [];
  const takesRows = input.shape.length === 2 || draft.input['kind'] === 'samples';
  const fields = takesRows ? rows(input, draft) : picture(input, draft, missing);
  const decoder = draft.decoder ?? (takesRows ? { type: 'classification', activation: 'none' } : undefined);
  if (decoder === undefined) missing.push('decoder (such as { type: classification, activation: softmax })');
  const type = String(decoder?.['type']);
  if (!draft.labels && type !== 'anomaly') missing.push('labels (a list, or a file with one a line)');
  if (missing.length > 0 || decoder === undefined)
    throw new EdgeError('COMPILE_MANIFEST_INCOMPLETE', { path: model, missing });
  const task = draft.task ?? (['classification', 'anomaly'].includes(type) ? type : 'object-detection');
  return {
    name: draft.name ?? nameOf(model),
    task,
    input: fields,
    decoder,
    labels: Array.isArray(draft.labels) ? draft.labels : undefined,
  };
}

type Input = Description['inputs'][number];

function picture(input: Input, draft: Draft, missing: string[]): Record<string, unknown> {
  const fields: Record<string, unknown> = {
    ...draft.input,
    name: input.name,
    shape: input.shape,
    dtype: input.dtype,
  };
  fields['layout'] ??= layoutOf(input.shape);
  for (const [field, hint] of Object.entries(pictureFields))
    if (fields[field] === undefined) missing.push(hint);
  return fields;
}

/** The axis with one or three places is the one of the channels, where only one axis can be. */
function layoutOf(shape: readonly number[]): 'NCHW' | 'NHWC' | undefined {
  const isChannels = (axis: number) => shape[axis] === 1 || shape[axis] === 3;
  if (isChannels(1) === isChannels(3)) return undefined;
  return isChannels(1) ? 'NCHW' : 'NHWC';
}

/** Without a word of the user, each reading is a row of features as it comes. */
function rows(input: Input, draft: Draft): Record<string, unknown> {
  const count = input.shape.at(-1) ?? 0;
  const channels = Array.from({ length: count }, (_, index) => `feature-${index + 1}`);
  const last = { channels, features: channels.map((channel) => ({ type: 'last', channel })) };
  const own = draft.input['channels'] === undefined ? last : {};
  return {
    kind: 'samples',
    window: { samples: 2, hop: 1 },
    mean: channels.map(() => 0),
    std: channels.map(() => 1),
    ...own,
    ...draft.input,
    name: input.name,
    shape: [1, ...input.shape.slice(1)],
    dtype: input.dtype,
  };
}

/** A name that a package may have. */
const nameOf = (model: string): string =>
  path
    .basename(path.resolve(model))
    .replace(/\.(tar\.gz|[A-Za-z0-9]+)$/, '')
    .replace(/-symbol$/, '')
    .replace(/[^A-Za-z0-9_.-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 63) || 'model';

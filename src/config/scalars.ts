import { z } from 'zod';

/**
 * Scalars of the configuration. Greengrass may hand every scalar over as a string ("0.5", "true": always so from YAML recipes
 * on nucleus lite), so a string that spells the wanted type is taken for it; everything else is left to fail with its own message.
 */
function fromString(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const text = value.trim();
  if (text === 'true') return true;
  if (text === 'false') return false;
  if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return Number(text);
  return value;
}

export const number = (schema: z.ZodNumber = z.number()) => z.preprocess(fromString, schema);
export const integer = (minimum: number, maximum: number) =>
  number(z.number().int().min(minimum).max(maximum));
export const boolean = () => z.preprocess(fromString, z.boolean());

/** A probability or confidence, 0..1. */
export const fraction = () => number(z.number().min(0).max(1));

/** The name of a pipeline, a model or a rule: it becomes part of topics, paths and metric labels. */
export const identifier = () =>
  z
    .string()
    .regex(
      /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/,
      'must be 1 to 63 letters, digits, "-", "_" or ".", and begin with a letter or digit',
    );

/** A topic to publish on: at most 256 characters and 7 slashes (IoT Core's limits), no wildcards. */
export const topic = () =>
  z
    .string()
    .min(1)
    .max(256)
    .refine((value) => !/[+#]/.test(value), 'must not contain the wildcards + and #')
    .refine((value) => value.split('/').length <= 8, 'must have at most 7 slashes');

export const sha256 = () =>
  z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 digest of 64 hexadecimal digits in lower case');

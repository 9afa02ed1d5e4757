import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { EdgeError } from '../errors/index.js';
import { accessControlSchema } from './access-control.js';
import type { JsonObject } from './configuration-tree.js';

/** What the development nucleus takes from a recipe; the rest (manifests, lifecycle) is for nuclei that run components. */
export interface Recipe {
  readonly componentName: string;
  /** ComponentConfiguration.DefaultConfiguration, with its `accessControl`. */
  readonly defaultConfiguration: JsonObject;
  readonly format: 'yaml' | 'json';
}

const recipeSchema = z.looseObject({
  RecipeFormatVersion: z.literal('2020-01-25'),
  ComponentName: z
    .string()
    .max(128)
    .regex(/^[a-zA-Z0-9\-_.]+$/),
  ComponentConfiguration: z
    .looseObject({
      DefaultConfiguration: z.looseObject({ accessControl: accessControlSchema.optional() }).optional(),
    })
    .optional(),
});

/**
 * Reads a Greengrass recipe, YAML or JSON.
 * @throws EdgeError RECIPE_UNREADABLE, RECIPE_INVALID with every problem and its path.
 */
export async function readRecipe(path: string): Promise<Recipe> {
  let document: unknown;
  const format = path.endsWith('.json') ? 'json' : 'yaml';
  try {
    const text = await readFile(path, 'utf8');
    document = format === 'json' ? JSON.parse(text) : parse(text);
  } catch (cause) {
    throw new EdgeError('RECIPE_UNREADABLE', { path, reason: (cause as Error).message }, { cause });
  }
  const result = recipeSchema.safeParse(document);
  if (!result.success) {
    const problems = result.error.issues.map((issue) => ({
      path: issue.path.join('.'),
      message: issue.message,
    }));
    throw new EdgeError('RECIPE_INVALID', { path, problems }, { cause: result.error });
  }
  return {
    componentName: result.data.ComponentName,
    defaultConfiguration: (result.data.ComponentConfiguration?.DefaultConfiguration ?? {}) as JsonObject,
    format,
  };
}

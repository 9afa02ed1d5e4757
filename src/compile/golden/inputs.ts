import { EdgeError } from '../../errors/index.js';
import { inputSchema } from '../../models/manifest.js';
import type { Description } from '../description.js';
import { goldenPictures } from './pictures.js';
import { goldenRows } from './rows.js';
import type { GoldenInput } from './sample.js';

/**
 * Golden samples for what the package says that it takes.
 * @param input of the manifest to be, not checked yet
 * @param given pictures of the user
 * @throws EdgeError MODEL_MANIFEST_INVALID with all wrong fields at once, PICTURE_UNREADABLE
 */
export async function goldenInputs(
  input: Readonly<Record<string, unknown>>,
  description: Description,
  given: readonly string[],
  model: string,
): Promise<GoldenInput[]> {
  const parsed = inputSchema.safeParse(input);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${['input', ...issue.path].join('.')}: ${issue.message}`,
    );
    throw new EdgeError('MODEL_MANIFEST_INVALID', { path: `for ${model}`, problems });
  }
  return parsed.data.kind === 'samples'
    ? goldenRows(parsed.data, description.examples)
    : goldenPictures(parsed.data, given, renderedCount(description));
}

/** Three, or one where its outputs alone make a file of ten megabytes. */
function renderedCount({ outputs }: Description): number {
  const values = outputs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  return values > 1_000_000 ? 1 : 3;
}

import path from 'node:path';
import { z } from 'zod';
import type { Engine } from '../engines/index.js';
import { EdgeError } from '../errors/index.js';
import { inputSize, readPackageFile, type ModelPackage } from '../models/index.js';
import { createPreprocessor } from '../preprocess/index.js';
import { decodePicture } from '../sources/picture-file.js';
import type { Tensor } from '../types.js';

/** What a golden sample's output file holds: raw outputs of the model, before activation, by their position. */
const goldenSchema = z.looseObject({
  outputs: z
    .record(z.string(), z.looseObject({ shape: z.array(z.number().int()), data: z.array(z.number()).min(1) }))
    .refine((outputs) => Object.keys(outputs).length > 0, 'must have at least one output'),
});

/**
 * Runs the golden samples of a package through its own preprocessing and the loaded engine: the proof that this artifact, on this
 * machine, computes what its makers saw.
 * @throws EdgeError GOLDEN_MISMATCH naming sample, place and difference; GOLDEN_INVALID; RUN_FAILED
 */
export async function proveGolden(model: ModelPackage, engine: Engine): Promise<void> {
  const { golden, input } = model.manifest;
  const { width, height } = inputSize(input);
  const preprocessor = createPreprocessor({ width, height, resize: input.resize }, {});
  for (const sample of golden) {
    const decoded = await decodePicture(await readPackageFile(model, sample.input), width, height);
    let outputs: Tensor[];
    try {
      const frame = { id: 1, capturedAt: new Date(), ...decoded };
      outputs = await engine.run({ picture: preprocessor.process(frame).pixels, normalization: input });
    } finally {
      decoded.picture.release();
    }
    compare(model, sample, await readExpected(model, sample.output), outputs);
  }
}

async function readExpected(model: ModelPackage, file: string): Promise<Map<number, number[]>> {
  const text = (await readPackageFile(model, file)).toString('utf8');
  try {
    const { outputs } = goldenSchema.parse(JSON.parse(text));
    return new Map(Object.entries(outputs).map(([position, { data }]) => [Number(position), data]));
  } catch (cause) {
    throw new EdgeError(
      'GOLDEN_INVALID',
      { path: path.join(model.folder, file), reason: (cause as Error).message },
      { cause },
    );
  }
}

type Sample = ModelPackage['manifest']['golden'][number];

function compare(
  model: ModelPackage,
  sample: Sample,
  expected: Map<number, number[]>,
  outputs: readonly Tensor[],
): void {
  for (const [position, values] of expected) {
    const actual = Array.from(outputs[position]?.data ?? [], Number);
    const place = `output ${position}`;
    if (actual.length !== values.length) {
      const difference = `${actual.length} values instead of ${values.length}`;
      throw new EdgeError('GOLDEN_MISMATCH', {
        model: model.manifest.name,
        sample: sample.input,
        place,
        difference,
      });
    }
    for (const [index, value] of values.entries()) {
      const difference = Math.abs((actual[index] ?? NaN) - value);
      // Written so that NaN fails.
      if (difference <= sample.tolerance) continue;
      throw new EdgeError('GOLDEN_MISMATCH', {
        model: model.manifest.name,
        sample: sample.input,
        place: `${place}[${index}]`,
        difference: `${actual[index]} instead of ${value}, ${difference} apart, allowed are ${sample.tolerance}`,
      });
    }
  }
}

import path from 'node:path';
import { z } from 'zod';
import type { Engine } from '../engines/index.js';
import { EdgeError } from '../errors/index.js';
import { pictureTarget, readPackageFile, type ModelPackage } from '../models/index.js';
import { createPreprocessor, createSamplePreprocessor } from '../preprocess/index.js';
import { decodePicture } from '../sources/picture-file.js';
import { valuesOf } from '../tensor-values.js';
import type { Tensor } from '../types.js';
import { constantsOf, constantTensors } from './constants.js';
import { isGood, type GoldenDifference } from './golden-difference.js';
import { readGoldenWindow } from './golden-window.js';

const outputSchema = z.looseObject({
  shape: z.array(z.number().int()),
  data: z.array(z.number()).min(1),
  /** Where it differs from that of the sample: a detector gives probabilities and pixels. */
  tolerance: z.number().positive().optional(),
});

/** What a golden sample's output file holds: raw outputs of the model, before activation, by their position. */
const goldenSchema = z.looseObject({
  outputs: z
    .record(z.string(), outputSchema)
    .refine((outputs) => Object.keys(outputs).length > 0, 'must have at least one output'),
});

/**
 * Runs the golden samples of a package through its own preprocessing and the loaded engine.
 * @throws EdgeError GOLDEN_INVALID, RUN_FAILED
 */
export async function measureGolden(model: ModelPackage, engine: Engine): Promise<GoldenDifference[]> {
  const results: GoldenDifference[] = [];
  for (const sample of model.manifest.golden) {
    const outputs = await runSample(model, await readPackageFile(model, sample.input), engine);
    results.push(compare(sample, await readExpected(model, sample.output), outputs));
  }
  return results;
}

/** The raw outputs of a model for one picture or window, through the preprocessing of its manifest. @throws EdgeError RUN_FAILED */
export async function runSample(
  { manifest }: Pick<ModelPackage, 'manifest'>,
  bytes: Buffer,
  engine: Engine,
): Promise<Tensor[]> {
  const { input } = manifest;
  if (input.kind === 'samples') {
    const preprocessor = createSamplePreprocessor(input, constantTensors(manifest));
    return engine.run(preprocessor.process(readGoldenWindow(bytes, input, manifest.name)));
  }
  const target = pictureTarget(input);
  const preprocessor = createPreprocessor(target, {}, 'engine');
  const decoded = await decodePicture(bytes, target.width, target.height);
  try {
    const frame = { kind: 'picture', id: 1, capturedAt: new Date(), ...decoded } as const;
    return await engine.run({
      picture: preprocessor.process(frame).pixels,
      normalization: input,
      ...constantsOf(manifest),
    });
  } finally {
    decoded.picture.release();
  }
}

/**
 * The proof that this artifact, on this machine, computes what its makers saw.
 * @throws EdgeError GOLDEN_MISMATCH naming sample, place and difference; GOLDEN_INVALID; RUN_FAILED
 */
export async function proveGolden(model: ModelPackage, engine: Engine): Promise<void> {
  const wrong = (await measureGolden(model, engine)).find((result) => !isGood(result));
  if (wrong) throw mismatch(model.manifest.name, wrong);
}

export function mismatch(model: string, { sample, place, text }: GoldenDifference): EdgeError {
  return new EdgeError('GOLDEN_MISMATCH', { model, sample, place, difference: text });
}

type Expected = ReadonlyMap<number, z.output<typeof outputSchema>>;

async function readExpected(model: ModelPackage, file: string): Promise<Expected> {
  const text = (await readPackageFile(model, file)).toString('utf8');
  try {
    const { outputs } = goldenSchema.parse(JSON.parse(text));
    return new Map(Object.entries(outputs).map(([position, output]) => [Number(position), output]));
  } catch (cause) {
    throw new EdgeError(
      'GOLDEN_INVALID',
      { path: path.join(model.folder, file), reason: (cause as Error).message },
      { cause },
    );
  }
}

type Sample = ModelPackage['manifest']['golden'][number];

/** The output value that is furthest from what is expected, measured by what its output allows. */
function compare(
  { input: sample, tolerance: common }: Sample,
  expected: Expected,
  outputs: readonly Tensor[],
): GoldenDifference {
  let worst: GoldenDifference = { sample, tolerance: common, difference: 0, place: '', text: 'equal' };
  for (const [position, { data: values, tolerance = common }] of expected) {
    const output = outputs[position];
    const actual = output ? valuesOf(output) : new Float64Array();
    const place = `output ${position}`;
    if (actual.length !== values.length) {
      const text = `${actual.length} values instead of ${values.length}`;
      return { sample, tolerance, difference: NaN, place, text };
    }
    for (const [index, value] of values.entries()) {
      const difference = Math.abs((actual[index] ?? NaN) - value);
      if (difference / tolerance <= worst.difference / worst.tolerance || Number.isNaN(worst.difference))
        continue;
      const text = `${actual[index]} instead of ${value}, ${difference} apart, allowed are ${tolerance}`;
      worst = { sample, tolerance, difference, place: `${place}[${index}]`, text };
    }
  }
  return worst;
}

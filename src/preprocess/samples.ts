import type { SampleInput } from '../config/sample-input.js';
import { EdgeError } from '../errors/index.js';
import type { Frame, Tensor } from '../types.js';
import { FeatureExtractor } from './features.js';
import type { PreprocessedSamples, Preprocessor } from './index.js';

/**
 * A window of samples as the model's input tensor: its features, `[1, features]`, or the samples themselves,
 * `[1, samples, channels]`, each as `(value - mean) / std`, cut to ±clip.
 */
export class SamplePreprocessor implements Preprocessor<PreprocessedSamples> {
  readonly #input: SampleInput;
  readonly #constants: Readonly<Record<string, Tensor>>;
  readonly #extractor: FeatureExtractor | undefined;

  constructor(input: SampleInput, constants: Readonly<Record<string, Tensor>>) {
    this.#input = input;
    this.#constants = constants;
    this.#extractor =
      input.features && new FeatureExtractor(input.features, input.channels, input.window, input.medianOf);
  }

  process(frame: Frame): PreprocessedSamples {
    if (frame.kind !== 'samples')
      throw new EdgeError('FRAME_KIND_MISMATCH', { wanted: 'samples', got: 'pictures' });
    const { name, shape, dtype, mean, std, clip = Infinity } = this.#input;
    const values = this.#extractor?.extract(frame.samples) ?? frame.samples;
    const data = new Float32Array(values.length);
    for (const [index, value] of values.entries()) {
      const place = index % mean.length;
      const normal = (value - (mean[place] ?? NaN)) / (std[place] ?? NaN);
      data[index] = Math.max(-clip, Math.min(clip, normal));
    }
    return { tensors: { ...this.#constants, [name]: { dtype, shape, data } } };
  }
}

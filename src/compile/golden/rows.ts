import type { SampleInput } from '../../config/sample-input.js';
import { readGoldenWindow } from '../../pipeline/golden-window.js';
import { createSamplePreprocessor } from '../../preprocess/index.js';
import { bytesOf } from './picture-tensor.js';
import type { GoldenInput } from './sample.js';

const waves = 4;

/**
 * Golden samples of a model of windows: the windows, and the tensors that a pipeline makes of them.
 * @param examples rows of features that the model knows to be telling; for features that are the last readings of their channels
 */
export function goldenRows(
  input: SampleInput,
  examples: readonly (readonly number[])[] | undefined,
): GoldenInput[] {
  const windows = windowsOf(input, examples);
  const preprocessor = createSamplePreprocessor(input, {});
  return windows.map((rows, index) => {
    const file = `window-${index + 1}.json`;
    const content = Buffer.from(`${JSON.stringify({ channels: input.channels, rows })}\n`);
    const { tensors } = preprocessor.process(readGoldenWindow(content, input, file));
    const values = Float32Array.from(tensors[input.name]?.data ?? [], Number);
    const bytes = bytesOf(values, 'float32');
    return { file, content, tensor: { name: input.name, dtype: 'float32', shape: input.shape, bytes } };
  });
}

function windowsOf(
  { channels, features, window, mean, std }: SampleInput,
  examples: readonly (readonly number[])[] | undefined,
): number[][][] {
  const plain = features?.every(
    ({ type }, index) => type === 'last' && features[index]?.channel === channels[index],
  );
  if (plain && features?.length === channels.length && examples)
    return examples.map((row) => Array.from({ length: window.samples }, () => [...row]));
  return Array.from({ length: waves }, (_, wave) =>
    Array.from({ length: window.samples }, (__, row) =>
      channels.map((___, channel) => {
        // Around what the model was made for, where the normalisation says it by channel.
        const centre = features ? 0 : (mean[channel] ?? 0);
        const spread = features ? 1 : (std[channel] ?? 1);
        return centre + spread * Math.sin(row * (0.1 + 0.3 * wave) + channel) * (0.5 + wave);
      }),
    ),
  );
}

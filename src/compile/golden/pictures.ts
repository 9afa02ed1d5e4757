import path from 'node:path';
import { EdgeError } from '../../errors/index.js';
import { inputSize, pictureTarget, type PictureInput } from '../../models/index.js';
import type { PixelBuffer } from '../../types.js';
import { encodePng } from './png.js';
import { pictureTensor } from './picture-tensor.js';
import { renderPicture } from './rendered.js';
import type { GoldenInput } from './sample.js';

/**
 * Golden samples of a model of pictures, in its size already, so that no machine's way of resizing matters: those that the user
 * gave, else so many rendered ones.
 * @throws EdgeError PICTURE_UNREADABLE, COMPILE_INPUT_UNSUITED
 */
export async function goldenPictures(
  input: PictureInput,
  given: readonly string[],
  renderedCount: number,
): Promise<GoldenInput[]> {
  const { width, height } = inputSize(input);
  const pictures: { name: string; pixels: PixelBuffer }[] = [];
  if (given.length === 0) {
    const channels = input.colorOrder === 'GRAY' ? 1 : 3;
    for (let which = 0; which < renderedCount; which++)
      pictures.push({ name: `rendered-${which + 1}`, pixels: renderPicture(width, height, channels, which) });
  }
  for (const [index, file] of given.entries()) {
    const name = `${String(index + 1).padStart(2, '0')}-${path.parse(file).name.replace(/[^A-Za-z0-9_-]/g, '_')}`;
    pictures.push({ name, pixels: await preprocessed(file, input, width, height) });
  }
  return pictures.map(({ name, pixels }) => ({
    file: `${name}.png`,
    content: encodePng(pixels),
    tensor: {
      name: input.name,
      dtype: input.dtype,
      shape: input.shape,
      bytes: pictureTensor(pixels, input, input.dtype),
    },
  }));
}

/** As a pipeline makes it ready for the model; OpenCV is loaded for this alone. */
async function preprocessed(
  file: string,
  input: PictureInput,
  width: number,
  height: number,
): Promise<PixelBuffer> {
  const { readPicture } = await import('../../sources/picture-file.js');
  const { createPreprocessor } = await import('../../preprocess/index.js');
  const decoded = await readPicture(file, width, height);
  try {
    const frame = { kind: 'picture' as const, id: 1, capturedAt: new Date(), ...decoded };
    const { pixels } = createPreprocessor(pictureTarget(input), {}).process(frame);
    return { ...pixels, data: Buffer.from(pixels.data) };
  } catch (error) {
    throw new EdgeError(
      'PICTURE_UNREADABLE',
      { path: file, reason: (error as Error).message },
      { cause: error },
    );
  } finally {
    decoded.picture.release();
  }
}

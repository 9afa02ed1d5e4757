import { imageSize } from 'image-size';
import type { Bgr, Picture, PixelRect } from '../opencv.js';
import type { Box, Prediction } from '../types.js';
import type { KeptPicture } from './kept-picture.js';
import type { PictureRequest, PipelineReplies } from './requests.js';

const ink: Bgr = [60, 200, 255];
const black: Bgr = [0, 0, 0];
/** What is left of a region that is blurred: this many patches along its longer side. */
const blurCells = 6;

/** Encodes the picture of a kept frame as it is asked for. What is hidden is hidden before anything is drawn. */
export async function pictureReply(
  frame: Pick<KeptPicture, 'id' | 'capturedAt' | 'open' | 'jpeg'>,
  request: PictureRequest,
): Promise<PipelineReplies['picture']> {
  const { annotate, asItCame, hide, maxWidth = Infinity, quality } = request;
  if (asItCame && !annotate && !hide && frame.jpeg) {
    const size = imageSize(frame.jpeg);
    // Neither to be changed nor too large: decoding and encoding it again would cost time and quality. One that lies on its side does not say so everywhere.
    if (size.width <= maxWidth && (size.orientation ?? 1) === 1)
      return identified(frame, { width: size.width, height: size.height, jpeg: frame.jpeg });
  }
  const whole = await frame.open(maxWidth);
  let picture: Picture;
  try {
    picture = whole.scaledDown(maxWidth);
  } finally {
    whole.release();
  }
  try {
    for (const region of hide?.regions ?? []) {
      const rect = covering(region, picture);
      if (hide?.how === 'blur') picture.blur(rect, blurCells);
      else picture.fill(rect, black);
    }
    if (annotate) draw(picture, annotate);
    const { width, height } = picture;
    return identified(frame, { width, height, jpeg: picture.encodeJpeg(quality) });
  } finally {
    picture.release();
  }
}

const identified = (
  { id, capturedAt }: Pick<KeptPicture, 'id' | 'capturedAt'>,
  picture: Pick<PipelineReplies['picture'], 'width' | 'height' | 'jpeg'>,
): PipelineReplies['picture'] => ({ frame: id, capturedAt: capturedAt.toISOString(), ...picture });

/** Boxes with their labels above them; without any box, the best label in a corner. */
function draw(picture: Picture, predictions: readonly Prediction[]): void {
  const thickness = Math.max(1, Math.round(picture.height / 300));
  const textHeight = Math.max(8, Math.round(picture.height / 64));
  const boxed = predictions.filter(({ box }) => box);
  for (const prediction of boxed.length > 0 ? boxed : predictions.slice(0, 1)) {
    const rect = prediction.box && covering(prediction.box, picture);
    if (rect) picture.outline(rect, ink, thickness);
    picture.label(captionOf(prediction), rect?.x ?? 0, rect?.y ?? 0, textHeight, ink);
  }
}

/** With its number, where it is tracked. The font has ASCII only. */
function captionOf({ label, confidence, track }: Prediction): string {
  const plain = label.normalize('NFD').replace(/\p{Mark}/gu, '');
  const number = track === undefined ? '' : ` #${track}`;
  return `${plain}${number} ${Math.round(confidence * 100)} %`.replace(/[^ -~]/g, '?');
}

/** The pixels that a box touches: all of them, and none outside of the picture. */
function covering([x, y, boxWidth, boxHeight]: Box, { width, height }: Picture): PixelRect {
  const left = Math.min(width - 1, Math.max(0, Math.floor(x * width)));
  const top = Math.min(height - 1, Math.max(0, Math.floor(y * height)));
  const right = Math.min(width, Math.max(left + 1, Math.ceil((x + boxWidth) * width)));
  const bottom = Math.min(height, Math.max(top + 1, Math.ceil((y + boxHeight) * height)));
  return { x: left, y: top, width: right - left, height: bottom - top };
}

import type { PixelBuffer } from '../../types.js';

/**
 * Pictures for a model that came with none: gradients, a disc, a bar and stripes, of other colours and places in each. They are
 * of nothing, but they reach every part of the input with every level, smooth and sharp.
 */
export function renderPicture(width: number, height: number, channels: 1 | 3, which: number): PixelBuffer {
  const data = Buffer.alloc(width * height * channels);
  const centre = { x: width * (0.3 + 0.2 * which), y: height * (0.7 - 0.2 * which) };
  const radius = Math.min(width, height) * 0.25;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inDisc = Math.hypot(x - centre.x, y - centre.y) < radius;
      const inBar = Math.abs(x / width - y / height + 0.2 * which) < 0.05;
      const stripe = Math.floor((x + y) / 6) % 2 === 0 && y > height * 0.8;
      for (let channel = 0; channel < channels; channel++) {
        const phase = (channel + 1) * (which + 1);
        const wave = 0.5 + 0.5 * Math.sin((6.28 * (x * phase)) / width + (3.14 * y) / height + which);
        let level = 255 * wave;
        if (inDisc) level = 255 - level * (0.3 + 0.3 * channel);
        if (inBar) level = 40 * phase;
        if (stripe) level = 255 - 60 * channel;
        data[(y * width + x) * channels + channel] = Math.max(0, Math.min(255, Math.round(level)));
      }
    }
  }
  return { data, width, height, channels };
}

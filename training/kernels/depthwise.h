// Depthwise convolution of one channel block: rows of pixels in, a row of pixels out.
#pragma once
#include "vector.h"

enum { DEPTHWISE_PIXELS = V == 8 ? 10 : 14 };

/** `rows[ky]` is a padded input row, weights are [ky][kx][V]; WIDTH pixels of output at once. */
template <int SIZE, int STRIDE, int WIDTH>
static void depthwise_tile(const float* const* rows, const float* weights, vec bias, vec low, vec high,
                           float* output) {
  vec sum[WIDTH];
  UNROLL for (int x = 0; x < WIDTH; x++) sum[x] = bias;
  UNROLL for (int ky = 0; ky < SIZE; ky++, weights += SIZE * V) {
    const float* row = rows[ky];
    UNROLL for (int kx = 0; kx < SIZE; kx++) {
      const vec w = load(weights + kx * V);
      UNROLL for (int x = 0; x < WIDTH; x++) sum[x] += load(row + (x * STRIDE + kx) * V) * w;
    }
  }
  UNROLL for (int x = 0; x < WIDTH; x++) store(output + x * V, clipped(sum[x], low, high));
}

template <int SIZE, int STRIDE, int WIDTH>
INLINE void depthwise_tile_of(int width, const float* const* rows, const float* weights, vec bias, vec low,
                              vec high, float* output) {
  if constexpr (WIDTH > 0) {
    if (width == WIDTH) {
      return depthwise_tile<SIZE, STRIDE, WIDTH>(rows, weights, bias, low, high, output);
    }
    depthwise_tile_of<SIZE, STRIDE, WIDTH - 1>(width, rows, weights, bias, low, high, output);
  }
}

template <int SIZE, int STRIDE>
static void depthwise_row_of(const float* const* rows, const float* weights, const float* bias,
                             const Clip& clip, float* output, int width) {
  const vec b = load(bias), low = splat(clip.low), high = splat(clip.high);
  const Tiles tiles(width, DEPTHWISE_PIXELS);
  const float* shifted[SIZE];
  UNROLL for (int ky = 0; ky < SIZE; ky++) shifted[ky] = rows[ky];
  for (int i = 0; i < tiles.count; i++) {
    const int length = tiles.length(i);
    depthwise_tile_of<SIZE, STRIDE, DEPTHWISE_PIXELS>(length, shifted, weights, b, low, high, output);
    output += length * V;
    UNROLL for (int ky = 0; ky < SIZE; ky++) shifted[ky] += length * STRIDE * V;
  }
}

/** A row of output. The generator admits no other sizes and strides. */
static void depthwise_row(int size, int stride, const float* const* rows, const float* weights,
                          const float* bias, const Clip& clip, float* output, int width) {
  if (size == 3 && stride == 1) return depthwise_row_of<3, 1>(rows, weights, bias, clip, output, width);
  if (size == 3) return depthwise_row_of<3, 2>(rows, weights, bias, clip, output, width);
  if (stride == 1) return depthwise_row_of<5, 1>(rows, weights, bias, clip, output, width);
  return depthwise_row_of<5, 2>(rows, weights, bias, clip, output, width);
}

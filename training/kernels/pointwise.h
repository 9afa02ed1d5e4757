// 1x1 convolution: a matrix product of pixels x input channels by input x output channels, computed
// in register tiles of ROWS pixels x VECTORS vectors of output channels.
//
// Activations are [channel block][pixel][V]; weights are [panel][input channel][VECTORS * V], a panel
// being the output channels of one tile (see panels in weights.py).
#pragma once
#include "vector.h"

// Accumulators, one panel row and one broadcast must fit the registers: 16 of them with AVX2, else 32.
#if V == 8
enum { PIXELS_3 = 4, PIXELS_2 = 6, PIXELS_1 = 8 };
#else
enum { PIXELS_3 = 8, PIXELS_2 = 12, PIXELS_1 = 12 };
#endif

enum { LINE = 16 };  // floats of a line of the cache
// Lines of the next weights that are fetched for each channel block: with tiles for some 50 pixels that
// is about all of them.
enum { AHEAD = V == 16 ? 4 : 1 };

/** Where tiles of one product read and write. Strides are in floats. */
struct Product {
  const float* input;
  long input_block;  // from a channel block to the next
  int depth;         // input channels to sum over
  float* output;
  long output_block;
  const float* start;     // bias of the panel, or null: go on from what output holds
  const float* residual;  // laid out as output, or null
  const Clip* clip;       // null where the sum is not finished
  const float* ahead;     // weights of the next product: they come into the cache meanwhile
};

template <int STEP, int ROWS, int VECTORS>
INLINE void multiply_add(vec (&sum)[ROWS][VECTORS], const float* input, const float* weights) {
  vec w[VECTORS];
  UNROLL for (int n = 0; n < VECTORS; n++) w[n] = load(weights + n * V);
  UNROLL for (int m = 0; m < ROWS; m++) {
    const vec x = splat(input[m * STEP]);
    UNROLL for (int n = 0; n < VECTORS; n++) sum[m][n] += x * w[n];
  }
}

template <int ROWS, int VECTORS>
INLINE void tile(const Product& p, const float* weights, const float* ahead, long pixel) {
  vec sum[ROWS][VECTORS];
  const float* input = p.input + pixel * V;
  float* output = p.output + pixel * V;
  UNROLL for (int m = 0; m < ROWS; m++) {
    UNROLL for (int n = 0; n < VECTORS; n++) {
      sum[m][n] = p.start ? load(p.start + n * V) : load(output + n * p.output_block + m * V);
    }
  }
  int depth = p.depth;
  for (; depth >= V; depth -= V, input += p.input_block) {
    UNROLL for (int i = 0; i < AHEAD; i++, ahead += LINE) __builtin_prefetch(ahead, 0, 2);
#pragma GCC unroll 8
    for (int k = 0; k < V; k++, weights += VECTORS * V) {
      multiply_add<V, ROWS, VECTORS>(sum, input + k, weights);
    }
  }
  for (int k = 0; k < depth; k++, weights += VECTORS * V) {
    multiply_add<V, ROWS, VECTORS>(sum, input + k, weights);
  }
  if (p.residual) {
    UNROLL for (int m = 0; m < ROWS; m++) {
      UNROLL for (int n = 0; n < VECTORS; n++) {
        sum[m][n] += load(p.residual + n * p.output_block + (pixel + m) * V);
      }
    }
  }
  if (p.clip) {
    const vec low = splat(p.clip->low), high = splat(p.clip->high);
    UNROLL for (int m = 0; m < ROWS; m++) {
      UNROLL for (int n = 0; n < VECTORS; n++) sum[m][n] = clipped(sum[m][n], low, high);
    }
  }
  UNROLL for (int m = 0; m < ROWS; m++) {
    UNROLL for (int n = 0; n < VECTORS; n++) { store(output + n * p.output_block + m * V, sum[m][n]); }
  }
}

/** Floats of `ahead` that one tile fetches. */
INLINE long ahead_floats(const Product& p) { return (long)(p.depth / V) * AHEAD * LINE; }

/** `count` tiles from `pixel` on. */
template <int ROWS, int VECTORS>
static void tiles_of(const Product& p, const float* weights, const float* ahead, long pixel, int count) {
  for (; count > 0; count--, pixel += ROWS, ahead += ahead_floats(p)) {
    tile<ROWS, VECTORS>(p, weights, ahead, pixel);
  }
}

/** The largest tile for a panel of so many vectors. */
INLINE int tile_pixels(int vectors) { return vectors == 3 ? PIXELS_3 : vectors == 2 ? PIXELS_2 : PIXELS_1; }

template <int VECTORS, int ROWS>
INLINE void select_tiles(int rows, const Product& p, const float* weights, const float* ahead, long pixel,
                         int count) {
  if constexpr (ROWS > 0) {
    if (rows == ROWS) return tiles_of<ROWS, VECTORS>(p, weights, ahead, pixel, count);
    select_tiles<VECTORS, ROWS - 1>(rows, p, weights, ahead, pixel, count);
  }
}

/** Tiles from..to of those that the pixels are cut into. */
static void multiply_tiles(int vectors, const Product& p, const float* weights, int pixels, int from,
                           int to) {
  const Tiles tiles(pixels, tile_pixels(vectors));
  while (from < to) {
    const int end = from < tiles.larger && tiles.larger < to ? tiles.larger : to;
    const int rows = tiles.length(from), pixel = tiles.start(from);
    const float* ahead = p.ahead + from * ahead_floats(p);
    if (vectors == 3) {
      select_tiles<3, PIXELS_3>(rows, p, weights, ahead, pixel, end - from);
    } else if (vectors == 2) {
      select_tiles<2, PIXELS_2>(rows, p, weights, ahead, pixel, end - from);
    } else {
      select_tiles<1, PIXELS_1>(rows, p, weights, ahead, pixel, end - from);
    }
    from = end;
  }
}

INLINE void multiply(int vectors, const Product& p, const float* weights, int pixels) {
  multiply_tiles(vectors, p, weights, pixels, 0, ceil_div(pixels, tile_pixels(vectors)));
}

/** Panels cut `blocks` channel blocks into threes, with twos at the end; a one only where it is all. */
INLINE int panel_count(int blocks) { return ceil_div(blocks, 3); }
INLINE int panel_twos(int blocks) { return blocks == 1 ? 0 : (3 - blocks % 3) % 3; }
INLINE int panel_block(int blocks, int panel) {
  const int threes = panel_count(blocks) - panel_twos(blocks);
  return panel <= threes ? 3 * panel : 3 * threes + 2 * (panel - threes);
}
INLINE int panel_vectors(int blocks, int panel) {
  return blocks == 1 ? 1 : panel < panel_count(blocks) - panel_twos(blocks) ? 3 : 2;
}

// The first convolution of a network: a few planes [channel][row][column], as the picture comes, to
// channel blocks, one row of output at a time.
#pragma once
#include <string.h>

#include "pointwise.h"

struct Dense {
  int channels_in, height, width;  // of the input
  int size, stride, top, left;
  int width_out;

  int padded_width() const { return (width_out - 1) * stride + size; }
  long scratch() const { return (long)channels_in * size * padded_width(); }
};

/** Copies the input rows that output row y reads, with their padding: [channel][ky][padded width]. */
static void gather_rows(const Dense& d, const float* input, int y, float* rows) {
  const int padded = d.padded_width();
  for (int c = 0; c < d.channels_in; c++) {
    for (int ky = 0; ky < d.size; ky++, rows += padded) {
      const int r = y * d.stride + ky - d.top;
      const float* row = input + ((long)c * d.height + r) * d.width;
      const int end = r < 0 || r >= d.height ? 0 : d.left + d.width;
      const int copied = (end < padded ? end : padded) - d.left;
      int x = d.left < padded ? d.left : padded;
      memset(rows, 0, x * sizeof(float));
      if (copied > 0) {
        memcpy(rows + x, row, copied * sizeof(float));
        x += copied;
        // The row that takes this one's place next: the picture is too large for the nearer caches.
        const float* next = row + (long)d.stride * d.width;
        if (r + d.stride < d.height) {
          for (int i = 0; i < copied; i += LINE) __builtin_prefetch(next + i);
        }
      }
      memset(rows + x, 0, (padded - x) * sizeof(float));
    }
  }
}

template <int STRIDE, int ROWS, int VECTORS>
INLINE void dense_tile(const Dense& d, const Product& p, const float* weights, long pixel) {
  vec sum[ROWS][VECTORS];
  UNROLL for (int n = 0; n < VECTORS; n++) {
    const vec bias = load(p.start + n * V);
    UNROLL for (int m = 0; m < ROWS; m++) sum[m][n] = bias;
  }
  const float* row = p.input + pixel * STRIDE;
  for (int i = 0; i < d.channels_in * d.size; i++, row += d.padded_width()) {
#pragma GCC unroll 1
    for (int kx = 0; kx < d.size; kx++, weights += VECTORS * V) {
      multiply_add<STRIDE, ROWS, VECTORS>(sum, row + kx, weights);
    }
  }
  const vec low = splat(p.clip->low), high = splat(p.clip->high);
  UNROLL for (int m = 0; m < ROWS; m++) {
    UNROLL for (int n = 0; n < VECTORS; n++) {
      store(p.output + n * p.output_block + (pixel + m) * V, clipped(sum[m][n], low, high));
    }
  }
}

template <int STRIDE, int ROWS, int VECTORS>
static void dense_tiles_of(const Dense& d, const Product& p, const float* weights, long pixel, int count) {
  for (; count > 0; count--, pixel += ROWS) dense_tile<STRIDE, ROWS, VECTORS>(d, p, weights, pixel);
}

template <int VECTORS, int ROWS>
INLINE void select_dense(int rows, const Dense& d, const Product& p, const float* weights, long pixel,
                         int count) {
  if constexpr (ROWS > 0) {
    if (rows == ROWS && d.stride == 1) {
      return dense_tiles_of<1, ROWS, VECTORS>(d, p, weights, pixel, count);
    }
    if (rows == ROWS) return dense_tiles_of<2, ROWS, VECTORS>(d, p, weights, pixel, count);
    select_dense<VECTORS, ROWS - 1>(rows, d, p, weights, pixel, count);
  }
}

/** One row of output for one panel; p.input is what gather_rows wrote. */
static void dense_row(int vectors, const Dense& d, const Product& p, const float* weights) {
  const Tiles tiles(d.width_out, tile_pixels(vectors));
  for (int from = 0; from < tiles.count;) {
    const int end = from < tiles.larger ? tiles.larger : tiles.count;
    const int rows = tiles.length(from), pixel = tiles.start(from);
    if (vectors == 3) {
      select_dense<3, PIXELS_3>(rows, d, p, weights, pixel, end - from);
    } else if (vectors == 2) {
      select_dense<2, PIXELS_2>(rows, d, p, weights, pixel, end - from);
    } else {
      select_dense<1, PIXELS_1>(rows, d, p, weights, pixel, end - from);
    }
    from = end;
  }
}

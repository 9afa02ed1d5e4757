// Layers that run alone.
#pragma once
#include "convolution.h"
#include "fused.h"
#include "pointwise.h"
#include "runtime.h"

struct Pointwise {
  int channels_in, channels_out, pixels;
  Clip clip;
};

/** Input channels summed at a time: the weights of a panel then stay in the first-level cache. */
enum { DEPTH_STEP = 6144 / (3 * V) / V * V };

inline int pointwise(const Pointwise& l, const float* input, Parameters w, const float* residual,
                     float* output) {
  const auto work = [&](int task, int tasks) {
    const int blocks = blocks_of(l.channels_out);
    const long plane = (long)l.pixels * V;
    const int steps = ceil_div(l.channels_in, DEPTH_STEP);
    // Threads share the tiles of all panels, counted through.
    int all = 0;
    for (int panel = 0; panel < panel_count(blocks); panel++) {
      all += ceil_div(l.pixels, tile_pixels(panel_vectors(blocks, panel)));
    }
    const int from = part_start(all, task, tasks), to = part_start(all, task + 1, tasks);
    for (int step = 0; step < steps; step++) {
      const int k = part_start(blocks_of(l.channels_in), step, steps) * V;
      int k_end = part_start(blocks_of(l.channels_in), step + 1, steps) * V;
      if (k_end > l.channels_in) k_end = l.channels_in;
      const bool last = step == steps - 1;
      int first = 0;
      for (int panel = 0; panel < panel_count(blocks); panel++) {
        const int b = panel_block(blocks, panel), vectors = panel_vectors(blocks, panel);
        const int tiles = ceil_div(l.pixels, tile_pixels(vectors));
        const int begin = from > first ? from - first : 0;
        const int end = to < first + tiles ? to - first : tiles;
        first += tiles;
        const float* weights = w.weights + (long)b * V * l.channels_in + (long)k * vectors * V;
        const Product p = {input + (k / V) * plane,
                           plane,
                           k_end - k,
                           output + b * plane,
                           plane,
                           step == 0 ? w.bias + b * V : nullptr,
                           last && residual ? residual + b * plane : nullptr,
                           last ? &l.clip : nullptr,
                           weights + (long)vectors * V * l.channels_in};
        multiply_tiles(vectors, p, weights, l.pixels, begin, end);
      }
    }
    return 0;
  };
  return parallel(work);
}

struct Convolution {
  Dense dense;
  int channels_out, height_out;
  Clip clip;
};

inline int convolution(const Convolution& l, const float* input, Parameters w, float* output) {
  const auto work = [&](int task, int tasks) {
    const Dense& d = l.dense;
    const int blocks = blocks_of(l.channels_out);
    const int depth = d.channels_in * d.size * d.size;
    const long row = (long)d.width_out * V, plane = l.height_out * row;
    const Scratch scratch(d.scratch());
    if (!scratch.data) return -1;
    for (int y = part_start(l.height_out, task, tasks); y < part_start(l.height_out, task + 1, tasks); y++) {
      gather_rows(d, input, y, scratch.data);
      for (int panel = 0; panel < panel_count(blocks); panel++) {
        const int b = panel_block(blocks, panel);
        const Product p = {scratch.data, 0,       depth,  output + b * plane + y * row, plane, w.bias + b * V,
                           nullptr,      &l.clip, nullptr};
        dense_row(panel_vectors(blocks, panel), d, p, w.weights + (long)b * V * depth);
      }
    }
    return 0;
  };
  return parallel(work);
}

struct Add {
  int channels, pixels;
  Clip clip;
};

inline int add(const Add& l, const float* a, const float* b, float* output) {
  const vec low = splat(l.clip.low), high = splat(l.clip.high);
  const long size = (long)blocks_of(l.channels) * l.pixels * V;
  for (long i = 0; i < size; i += V) store(output + i, clipped(load(a + i) + load(b + i), low, high));
  return 0;
}

struct Pool {
  int channels, pixels;
};

/** Mean of each channel: [channel block][pixel][V] to [channels]. */
inline int pool(const Pool& l, const float* input, float* output) {
  const float scale = 1.0f / l.pixels;
  for (int b = 0; b < blocks_of(l.channels); b++) {
    vec sum[4] = {};
    int i = 0;
    for (; i + 4 <= l.pixels; i += 4, input += 4 * V) {
      UNROLL for (int n = 0; n < 4; n++) sum[n] += load(input + n * V);
    }
    for (; i < l.pixels; i++, input += V) sum[0] += load(input);
    const vec mean = ((sum[0] + sum[1]) + (sum[2] + sum[3])) * scale;
    for (int n = 0; n < V && b * V + n < l.channels; n++) output[b * V + n] = mean[n];
  }
  return 0;
}

struct FullyConnected {
  int channels_in, channels_out;
  Clip clip;
};

/** weights: [channels_out][channels_in] */
inline int fully_connected(const FullyConnected& l, const float* input, Parameters w, float* output) {
  const float* weights = w.weights;
  for (int o = 0; o < l.channels_out; o++, weights += l.channels_in) {
    vec sum[4] = {};
    int k = 0;
    for (; k + 4 * V <= l.channels_in; k += 4 * V) {
      UNROLL for (int n = 0; n < 4; n++) sum[n] += load(input + k + n * V) * load(weights + k + n * V);
    }
    const vec all = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    float total = w.bias[o];
    for (int n = 0; n < V; n++) total += all[n];
    for (; k < l.channels_in; k++) total += input[k] * weights[k];
    total = l.clip.low > total ? l.clip.low : total;
    output[o] = l.clip.high < total ? l.clip.high : total;
  }
  return 0;
}

struct Softmax {
  int channels;
};

inline int softmax(const Softmax& l, const float* input, float* output) {
  float largest = input[0], total = 0;
  for (int i = 1; i < l.channels; i++) largest = input[i] > largest ? input[i] : largest;
  for (int i = 0; i < l.channels; i++) total += output[i] = __builtin_expf(input[i] - largest);
  for (int i = 0; i < l.channels; i++) output[i] /= total;
  return 0;
}

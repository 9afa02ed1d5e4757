// Layers that run together so that what is between them stays in the cache.
//
// fused_rows:     source → depthwise → 1x1, one row of output at a time; of the source's output only the
//                 rows under the depthwise kernel are kept, as a ring. For wide, shallow layers.
// fused_channels: source → depthwise, one panel of channels at a time. For small, deep layers, whose
//                 weights are larger than their activations. The 1x1 after it is a node of its own.
#pragma once
#include <string.h>

#include "convolution.h"
#include "depthwise.h"
#include "pointwise.h"
#include "runtime.h"

enum SourceKind { COPY, POINTWISE, DENSE };

/** What the depthwise convolution reads: height x width x channels. */
struct Source {
  SourceKind kind;
  int channels_in;  // POINTWISE
  Dense dense;      // DENSE
  int channels, height, width;
  Clip clip;

  /** Floats of the weights of one output channel. */
  int depth() const { return kind == DENSE ? dense.channels_in * dense.size * dense.size : channels_in; }
};

struct Depthwise {
  int size, stride, top, left;
  int height_out, width_out;
  Clip clip;
};

struct Parameters {
  const float *weights, *bias;
};

/** Rows of the source's output with the padding left and right: [channel block][slot][padded width][V]. */
struct Plane {
  float* data;
  int slots, padded_width, left;

  Plane(const Source& s, const Depthwise& d, int slots) : data(nullptr), slots(slots), left(d.left) {
    const int read = (d.width_out - 1) * d.stride + d.size;
    padded_width = read > d.left + s.width ? read : d.left + s.width;
  }
  long row() const { return (long)padded_width * V; }
  long block() const { return slots * row(); }
  /** Rows above and below the picture are read from a row of zeros, which lies behind the blocks. */
  long floats(int blocks) const { return blocks * block() + row(); }
  float* at(int slot) const { return data + slot * row(); }
  void use(float* memory, int blocks) {
    data = memory;
    memset(data, 0, floats(blocks) * sizeof(float));
  }
};

/** Computes row y of one panel of the source into `to`. */
static void source_row(const Source& s, const float* input, Parameters w, int panel, int y, float* to,
                       long to_block) {
  const int blocks = blocks_of(s.channels);
  const int block = panel_block(blocks, panel), vectors = panel_vectors(blocks, panel);
  const long plane = (long)s.height * s.width * V;
  if (s.kind == COPY) {
    for (int n = 0; n < vectors; n++) {
      memcpy(to + n * to_block, input + (block + n) * plane + (long)y * s.width * V,
             s.width * V * sizeof(float));
    }
    return;
  }
  const float* weights = w.weights + (long)block * V * s.depth();
  Product p = {input, 0, s.channels_in, to, to_block, w.bias + block * V, nullptr, &s.clip, nullptr};
  if (s.kind == DENSE) return dense_row(vectors, s.dense, p, weights);
  p.input += (long)y * s.width * V;
  p.input_block = plane;
  // The rows of a panel, one after the other, fetch the weights of the next panel.
  const int tiles_above = y * ceil_div(s.width, tile_pixels(vectors));
  p.ahead = weights + (long)vectors * V * s.depth() + tiles_above * ahead_floats(p);
  multiply(vectors, p, weights, s.width);
}

/** The input rows of output row y; a row outside of the picture is the row of zeros. */
INLINE void rows_under(const Source& s, const Depthwise& d, const Plane& plane, int y, const float* block,
                       const float* zeros, const float** rows) {
  for (int ky = 0; ky < d.size; ky++) {
    const int r = y * d.stride + ky - d.top;
    rows[ky] = r < 0 || r >= s.height ? zeros : block + (r % plane.slots) * plane.row();
  }
}

enum { MAX_DEPTHWISE = 5 };

struct FusedRows {
  Source source;
  Depthwise depthwise;
  int channels_out;
  Clip clip;
};

inline int fused_rows(const FusedRows& f, const float* input, Parameters source, Parameters depthwise,
                      Parameters project, const float* residual, float* output) {
  const auto work = [&](int task, int tasks) {
    const Source& s = f.source;
    const Depthwise& d = f.depthwise;
    const int blocks = blocks_of(s.channels), blocks_out = blocks_of(f.channels_out);
    const int from = part_start(d.height_out, task, tasks);
    const int to = part_start(d.height_out, task + 1, tasks);
    const long row_out = (long)d.width_out * V, plane_out = d.height_out * row_out;
    Plane plane(s, d, d.size);
    const long gathered = s.kind == DENSE ? s.dense.scratch() : 0;
    const Scratch scratch(plane.floats(blocks) + blocks * row_out + d.size * gathered);
    if (!scratch.data) return -1;
    plane.use(scratch.data, blocks);
    const float* zeros = plane.data + blocks * plane.block();
    float* middle = scratch.data + plane.floats(blocks);
    float* gather = middle + blocks * row_out;

    int next = from * d.stride - d.top;
    if (next < 0) next = 0;
    for (int y = from; y < to; y++) {
      int end = y * d.stride - d.top + d.size;
      if (end > s.height) end = s.height;
      if (s.kind == DENSE) {
        for (int r = next; r < end; r++) gather_rows(s.dense, input, r, gather + (r - next) * gathered);
      }
      for (int panel = 0; panel < panel_count(blocks); panel++) {
        const int first = panel_block(blocks, panel);
        for (int r = next; r < end; r++) {
          source_row(s, s.kind == DENSE ? gather + (r - next) * gathered : input, source, panel, r,
                     plane.at(r % plane.slots) + first * plane.block() + plane.left * V, plane.block());
        }
        for (int b = first; b < first + panel_vectors(blocks, panel); b++) {
          const float* rows[MAX_DEPTHWISE];
          rows_under(s, d, plane, y, plane.data + b * plane.block(), zeros, rows);
          depthwise_row(d.size, d.stride, rows, depthwise.weights + (long)b * d.size * d.size * V,
                        depthwise.bias + b * V, d.clip, middle + b * row_out, d.width_out);
        }
      }
      if (next < end) next = end;
      for (int panel = 0; panel < panel_count(blocks_out); panel++) {
        const int b = panel_block(blocks_out, panel);
        const long place = b * plane_out + y * row_out;
        const Product p = {middle,
                           row_out,
                           s.channels,
                           output + place,
                           plane_out,
                           project.bias + b * V,
                           residual ? residual + place : nullptr,
                           &f.clip,
                           project.weights};
        multiply(panel_vectors(blocks_out, panel), p, project.weights + (long)b * V * s.channels,
                 d.width_out);
      }
    }
    return 0;
  };
  return parallel(work);
}

struct FusedChannels {
  Source source;
  Depthwise depthwise;
};

inline int fused_channels(const FusedChannels& f, const float* input, Parameters source, Parameters depthwise,
                          float* output) {
  const auto work = [&](int task, int tasks) {
    const Source& s = f.source;
    const Depthwise& d = f.depthwise;
    const int blocks = blocks_of(s.channels), panels = panel_count(blocks);
    const long row_out = (long)d.width_out * V, plane_out = d.height_out * row_out;
    Plane plane(s, d, s.height);
    const Scratch scratch(plane.floats(3));
    if (!scratch.data) return -1;
    plane.use(scratch.data, 3);
    const float* zeros = plane.data + 3 * plane.block();
    for (int panel = part_start(panels, task, tasks); panel < part_start(panels, task + 1, tasks); panel++) {
      for (int y = 0; y < s.height; y++) {
        source_row(s, input, source, panel, y, plane.at(y) + plane.left * V, plane.block());
      }
      for (int n = 0; n < panel_vectors(blocks, panel); n++) {
        const int b = panel_block(blocks, panel) + n;
        for (int y = 0; y < d.height_out; y++) {
          const float* rows[MAX_DEPTHWISE];
          rows_under(s, d, plane, y, plane.data + n * plane.block(), zeros, rows);
          depthwise_row(d.size, d.stride, rows, depthwise.weights + (long)b * d.size * d.size * V,
                        depthwise.bias + b * V, d.clip, output + b * plane_out + y * row_out, d.width_out);
        }
      }
    }
    return 0;
  };
  return parallel(work);
}

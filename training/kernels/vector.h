// A vector of V floats by the compiler's vector extension: 4 (NEON), 8 (AVX2), 16 (AVX-512). The same
// source serves all of them, and a width that the machine lacks still compiles to right code.
#pragma once

#ifndef V
#error "V, the floats of a vector, comes from the command line"
#endif

#define INLINE static inline __attribute__((always_inline))
// -DUNROLL= leaves the loops as they are: slow code that compiles fast, for tests of the logic.
#ifndef UNROLL
#define UNROLL _Pragma("GCC unroll 16")
#endif

// TVM aligns tensors to 64 bytes or more, but unaligned loads cost nothing on aligned data.
typedef float vec __attribute__((vector_size(V * sizeof(float)), aligned(4), may_alias));

INLINE vec load(const float* from) { return *(const vec*)from; }
INLINE void store(float* to, vec value) { *(vec*)to = value; }
INLINE vec splat(float value) { return value - vec{}; }

/** What a layer does to its sums last: min(max(x, low), high). NaN stays NaN. */
struct Clip {
  float low, high;
};

INLINE vec clipped(vec x, vec low, vec high) {
  x = low > x ? low : x;
  return high < x ? high : x;
}

INLINE int ceil_div(int a, int b) { return (a + b - 1) / b; }
INLINE int blocks_of(int channels) { return ceil_div(channels, V); }

/** The i-th of n parts of nearly one size: where it starts. Part n starts at the end. */
INLINE int part_start(int total, int i, int n) { return (int)((long)total * i / n); }

/** Cuts `total` into tiles of nearly one size, none above `most`; the first `larger` ones are one longer. */
struct Tiles {
  int count, size, larger;
  Tiles(int total, int most) : count(ceil_div(total, most)), size(total / count), larger(total % count) {}
  int start(int i) const { return i * size + (i < larger ? i : larger); }
  int length(int i) const { return i < larger ? size + 1 : size; }
};

#include "reduce.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "multiversioned.h"

namespace mli {
namespace {

// Parts of a pixel that are smaller are left out, as OpenCV does.
constexpr double kLeastPart = 1e-3;

// A pixel of a row or column, and how much of a pixel of the result it is.
struct Tap {
  size_t pixel;
  float weight;
};

// The taps of each pixel of the result: pixel i covers [i * scale, (i + 1) * scale) of the `from` pixels.
std::vector<std::vector<Tap>> TapsOf(size_t from, size_t to) {
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  std::vector<std::vector<Tap>> taps(to);
  for (size_t i = 0; i < to; ++i) {
    const double begin = static_cast<double>(i) * scale;
    const double end = std::min(begin + scale, static_cast<double>(from));
    const auto add = [&](size_t pixel, double part) {
      taps[i].push_back(
          {pixel, static_cast<float>(part / std::min(scale, static_cast<double>(from) - begin))});
    };
    const auto first = static_cast<size_t>(std::ceil(begin)), last = static_cast<size_t>(end);
    if (static_cast<double>(first) - begin > kLeastPart) add(first - 1, static_cast<double>(first) - begin);
    for (size_t pixel = first; pixel < last; ++pixel) add(pixel, 1);
    if (end - static_cast<double>(last) > kLeastPart) add(last, end - static_cast<double>(last));
  }
  return taps;
}

// The same taps for a vector of floats: equally many everywhere, some with a weight of 0.
struct Columns {
  size_t taps = 0;
  std::vector<size_t> first;
  std::vector<float> weights;  // `taps` for each pixel of the result
};

Columns ColumnsOf(const std::vector<std::vector<Tap>>& all, size_t from) {
  Columns columns;
  for (const std::vector<Tap>& taps : all) columns.taps = std::max(columns.taps, taps.size());
  for (const std::vector<Tap>& taps : all) {
    const size_t first = std::min(taps.front().pixel, from - columns.taps);
    const size_t before = taps.front().pixel - first;
    columns.first.push_back(first);
    for (size_t i = 0; i < columns.taps; ++i) {
      const bool within = i >= before && i - before < taps.size();
      columns.weights.push_back(within ? taps[i - before].weight : 0.0f);
    }
  }
  return columns;
}

// The channels of a pixel as one vector. Three are read and written as four: `row` and `out` have an element
// more, and the next pixel overwrites what is too much.
using Lanes = float __attribute__((vector_size(16)));

// kTaps is columns.taps, known to the compiler, or 0.
template <typename Vector, size_t kChannels, size_t kTaps>
void ReduceRow(const float* row, const Columns& columns, float* out) {
  const size_t taps = kTaps == 0 ? columns.taps : kTaps;
  const float* weights = columns.weights.data();
  for (const size_t first : columns.first) {
    const float* pixel = row + first * kChannels;
    Vector sum = {};
    for (size_t tap = 0; tap < taps; ++tap) {
      Vector value;
      std::memcpy(&value, pixel + tap * kChannels, sizeof value);
      sum += weights[tap] * value;
    }
    std::memcpy(out, &sum, sizeof sum);
    weights += taps;
    out += kChannels;
  }
}

template <typename Vector, size_t kChannels>
void ReduceRow(const float* row, const Columns& columns, float* out) {
  switch (columns.taps) {
    case 2:
      return ReduceRow<Vector, kChannels, 2>(row, columns, out);
    case 3:
      return ReduceRow<Vector, kChannels, 3>(row, columns, out);
    default:
      return ReduceRow<Vector, kChannels, 0>(row, columns, out);
  }
}

MLI_MULTIVERSIONED
void ToFloats(const uint8_t* __restrict bytes, size_t count, float* __restrict out) {
  for (size_t i = 0; i < count; ++i) out[i] = static_cast<float>(bytes[i]);
}

MLI_MULTIVERSIONED
void AddRow(const float* __restrict row, float weight, size_t count, float* __restrict sums) {
  for (size_t i = 0; i < count; ++i) sums[i] += weight * row[i];
}

// Of 0..255 to the nearest, half to even: at 2^23 the spacing of floats is 1, and the low byte is the number.
MLI_MULTIVERSIONED
void Round(const float* __restrict values, size_t count, uint8_t* __restrict out) {
  for (size_t i = 0; i < count; ++i) {
    const float shifted = values[i] + 0x1p23f;
    uint32_t bits = 0;
    std::memcpy(&bits, &shifted, sizeof bits);
    out[i] = static_cast<uint8_t>(bits);
  }
}

}  // namespace

void ReduceByArea(const Picture& picture, size_t width, size_t height, uint8_t* destination) {
  const Columns columns = ColumnsOf(TapsOf(picture.width, width), picture.width);
  const size_t from = picture.width * picture.channels, to = width * picture.channels;
  std::vector<float> row(from + 1), reduced(to + 1), sums(to);
  size_t ready = picture.height;  // the row that `reduced` was made of: neighbours share one
  for (const std::vector<Tap>& taps : TapsOf(picture.height, height)) {
    std::fill(sums.begin(), sums.end(), 0.0f);
    for (const Tap& tap : taps) {
      if (tap.pixel != ready) {
        ToFloats(picture.pixels + tap.pixel * from, from, row.data());
        if (picture.channels == 3) {
          ReduceRow<Lanes, 3>(row.data(), columns, reduced.data());
        } else {
          ReduceRow<float, 1>(row.data(), columns, reduced.data());
        }
        ready = tap.pixel;
      }
      AddRow(reduced.data(), tap.weight, to, sums.data());
    }
    Round(sums.data(), to, destination);
    destination += to;
  }
}

}  // namespace mli

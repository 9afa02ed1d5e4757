#include "picture.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "float16.h"
#include "multiversioned.h"

namespace mli {
namespace {

// Which channel of the picture each channel of the tensor comes from.
std::array<size_t, 3> SourceChannels(const Picture& picture, const Normalization& normalization) {
  if (picture.channels == 1) return {0, 0, 0};
  if (normalization.order == ColorOrder::kRgb) return {2, 1, 0};
  return {0, 1, 2};
}

// Division and not multiplication by a reciprocal: the same bits as (x - mean) / std in the training code.
MLI_MULTIVERSIONED
void PlanesFromInterleaved(const uint8_t* __restrict pixels, size_t count, const size_t* source,
                           const float* mean, const float* std, float* __restrict out) {
  for (size_t c = 0; c < 3; ++c) {
    const uint8_t* in = pixels + source[c];
    const float m = mean[c], s = std[c];
    float* plane = out + c * count;
    for (size_t i = 0; i < count; ++i) plane[i] = (static_cast<float>(in[3 * i]) - m) / s;
  }
}

MLI_MULTIVERSIONED
void InterleavedFromInterleaved(const uint8_t* __restrict pixels, size_t count, const size_t* source,
                                const float* mean, const float* std, float* __restrict out) {
  const size_t s0 = source[0], s2 = source[2];
  const float m0 = mean[0], m1 = mean[1], m2 = mean[2];
  const float d0 = std[0], d1 = std[1], d2 = std[2];
  for (size_t i = 0; i < count; ++i) {
    out[3 * i] = (static_cast<float>(pixels[3 * i + s0]) - m0) / d0;
    out[3 * i + 1] = (static_cast<float>(pixels[3 * i + 1]) - m1) / d1;
    out[3 * i + 2] = (static_cast<float>(pixels[3 * i + s2]) - m2) / d2;
  }
}

template <typename T>
T Quantize(float value) {
  if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(value);
  } else {
    const double rounded = std::nearbyint(static_cast<double>(value));
    if (rounded <= static_cast<double>(std::numeric_limits<T>::min())) return std::numeric_limits<T>::min();
    if (rounded >= static_cast<double>(std::numeric_limits<T>::max())) return std::numeric_limits<T>::max();
    return static_cast<T>(rounded);
  }
}

// Any other type, or number of channels: a table of the 256 results for each channel.
template <typename T, typename FromFloat>
void ConvertByTable(const Picture& picture, const Normalization& normalization, FromFloat from_float,
                    T* out) {
  const std::array<size_t, 3> source = SourceChannels(picture, normalization);
  const size_t channels = normalization.channels();
  const size_t count = picture.width * picture.height;
  const bool planes = normalization.layout == Layout::kNchw;
  for (size_t c = 0; c < channels; ++c) {
    std::array<T, 256> table;
    for (size_t value = 0; value < table.size(); ++value) {
      table[value] = from_float((static_cast<float>(value) - normalization.mean[c]) / normalization.std[c]);
    }
    const uint8_t* in = picture.pixels + source[c];
    T* first = planes ? out + c * count : out + c;
    const size_t step = planes ? 1 : channels;
    for (size_t i = 0; i < count; ++i) first[i * step] = table[in[i * picture.channels]];
  }
}

template <typename T>
void ConvertTo(const Picture& picture, const Normalization& normalization, void* destination) {
  ConvertByTable(picture, normalization, Quantize<T>, static_cast<T*>(destination));
}

void ConvertToFloat32(const Picture& picture, const Normalization& normalization, float* out) {
  const std::array<size_t, 3> source = SourceChannels(picture, normalization);
  const size_t count = picture.width * picture.height;
  if (picture.channels != 3) {
    ConvertTo<float>(picture, normalization, out);
  } else if (normalization.layout == Layout::kNchw) {
    PlanesFromInterleaved(picture.pixels, count, source.data(), normalization.mean.data(),
                          normalization.std.data(), out);
  } else {
    InterleavedFromInterleaved(picture.pixels, count, source.data(), normalization.mean.data(),
                               normalization.std.data(), out);
  }
}

}  // namespace

bool CanConvert(const Picture& picture, const Normalization& normalization) {
  return picture.channels == 1 || picture.channels == normalization.channels();
}

Shape ShapeOf(size_t width, size_t height, const Normalization& normalization) {
  const auto columns = static_cast<int64_t>(width), rows = static_cast<int64_t>(height);
  const auto channels = static_cast<int64_t>(normalization.channels());
  if (normalization.layout == Layout::kNchw) return {1, channels, rows, columns};
  return {1, rows, columns, channels};
}

void Convert(const Picture& picture, const Normalization& normalization, DType dtype, void* destination) {
  switch (dtype) {
    case DType::kFloat32:
      return ConvertToFloat32(picture, normalization, static_cast<float*>(destination));
    case DType::kFloat16:
      return ConvertByTable(picture, normalization, ToFloat16, static_cast<uint16_t*>(destination));
    case DType::kFloat64:
      return ConvertTo<double>(picture, normalization, destination);
    case DType::kInt8:
      return ConvertTo<int8_t>(picture, normalization, destination);
    case DType::kBool:
      return ConvertByTable(
          picture, normalization, [](float value) { return uint8_t{value != 0}; },
          static_cast<uint8_t*>(destination));
    case DType::kUint8:
      return ConvertTo<uint8_t>(picture, normalization, destination);
    case DType::kInt16:
      return ConvertTo<int16_t>(picture, normalization, destination);
    case DType::kUint16:
      return ConvertTo<uint16_t>(picture, normalization, destination);
    case DType::kInt32:
      return ConvertTo<int32_t>(picture, normalization, destination);
    case DType::kUint32:
      return ConvertTo<uint32_t>(picture, normalization, destination);
    case DType::kInt64:
      return ConvertTo<int64_t>(picture, normalization, destination);
    case DType::kUint64:
      return ConvertTo<uint64_t>(picture, normalization, destination);
  }
}

}  // namespace mli

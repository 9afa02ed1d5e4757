#ifndef MLI_NATIVE_PICTURE_H_
#define MLI_NATIVE_PICTURE_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "tensor.h"

namespace mli {

enum class ColorOrder { kRgb, kBgr, kGray };
enum class Layout { kNchw, kNhwc };

// An 8-bit picture: height x width x channels, interleaved, rows without padding, BGR where it has three
// channels.
struct Picture {
  const uint8_t* pixels;
  size_t width;
  size_t height;
  size_t channels;  // 1 or 3
};

// `(value - mean[c]) / std[c]` on the 0..255 scale, c in the order of the tensor's channels.
struct Normalization {
  std::array<float, 3> mean;
  std::array<float, 3> std;
  ColorOrder order;
  Layout layout;

  size_t channels() const { return order == ColorOrder::kGray ? 1 : 3; }
};

// True where the picture's channels can become the tensor's: equal, or one grey channel repeated three
// times.
bool CanConvert(const Picture& picture, const Normalization& normalization);

// The shape that a picture of this size has as a batch of one in the layout.
Shape ShapeOf(size_t width, size_t height, const Normalization& normalization);

// Writes the normalised picture, width * height * normalization.channels() elements of `dtype`. Integer
// types are rounded to the nearest (half to even) and saturated; float16 is IEEE binary16, rounded half to
// even.
void Convert(const Picture& picture, const Normalization& normalization, DType dtype, void* destination);

}  // namespace mli

#endif  // MLI_NATIVE_PICTURE_H_

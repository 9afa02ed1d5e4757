#ifndef MLI_NATIVE_REDUCE_H_
#define MLI_NATIVE_REDUCE_H_

#include <cstddef>
#include <cstdint>

#include "picture.h"

namespace mli {

// Reduces a picture to width x height pixels, neither larger than its own: each pixel is the mean of the area
// that it covers, rounded half to even, the same bits on every machine. They are those of OpenCV's INTER_AREA
// on x86-64 where the ratio of width or height is not a whole number; where both are, OpenCV rounds halves
// up, and on aarch64 some of its values are one level away. `destination` has
// width * height * channels bytes.
void ReduceByArea(const Picture& picture, size_t width, size_t height, uint8_t* destination);

}  // namespace mli

#endif  // MLI_NATIVE_REDUCE_H_

#ifndef MLI_NATIVE_REDUCE_H_
#define MLI_NATIVE_REDUCE_H_

#include <cstddef>
#include <cstdint>

#include "picture.h"

namespace mli {

// Reduces a picture to width x height pixels, neither larger than its own: each pixel is the mean of the area
// that it covers, rounded half to even. The same bits as OpenCV's INTER_AREA where the ratio of width or
// height is not a whole number; where both are, OpenCV rounds halves up. `destination` has
// width * height * channels bytes.
void ReduceByArea(const Picture& picture, size_t width, size_t height, uint8_t* destination);

}  // namespace mli

#endif  // MLI_NATIVE_REDUCE_H_

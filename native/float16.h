#ifndef MLI_NATIVE_FLOAT16_H_
#define MLI_NATIVE_FLOAT16_H_

#include <cstdint>

namespace mli {

// The bits of IEEE 754 binary16, rounded half to even. Too large becomes infinity, NaN stays NaN.
uint16_t ToFloat16(float value);

}  // namespace mli

#endif  // MLI_NATIVE_FLOAT16_H_

#include "float16.h"

#include <cmath>
#include <cstring>

namespace mli {

uint16_t ToFloat16(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  const auto sign = static_cast<uint16_t>((bits >> 16) & 0x8000u);
  const float magnitude = std::fabs(value);
  if (std::isnan(magnitude)) return static_cast<uint16_t>(sign | 0x7e00u);
  if (magnitude >= 65520.0f) return static_cast<uint16_t>(sign | 0x7c00u);
  // Below 2^-14 a step is 2^-24; above, ten bits of fraction below the exponent. nearbyint rounds half to
  // even, and a fraction that rounds up to 1024 carries into the exponent by itself.
  if (magnitude < 0x1p-14f)
    return static_cast<uint16_t>(sign | static_cast<uint16_t>(std::nearbyint(magnitude * 0x1p24f)));
  int exponent = 0;
  const float fraction = std::frexp(magnitude, &exponent);  // [0.5, 1)
  const auto steps = static_cast<uint32_t>(std::nearbyint((fraction * 2 - 1) * 1024));
  return static_cast<uint16_t>(sign | ((static_cast<uint32_t>(exponent + 14) << 10) + steps));
}

}  // namespace mli

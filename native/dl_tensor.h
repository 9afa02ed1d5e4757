#ifndef MLI_NATIVE_DL_TENSOR_H_
#define MLI_NATIVE_DL_TENSOR_H_

#include <cstdint>

#include "tensor.h"

namespace mli {

// DLPack's tensor in the layout of its version 0.x, the one that DLR 1.x takes (dlpack.h of
// github.com/dmlc/dlpack).
struct DLDevice {
  int32_t type;  // 1 CPU
  int32_t id;
};

struct DLDataType {
  uint8_t code;  // 0 signed, 1 unsigned, 2 float
  uint8_t bits;
  uint16_t lanes;
};

struct DLTensor {
  void* data;
  DLDevice device;
  int32_t rank;
  DLDataType dtype;
  int64_t* shape;
  int64_t* strides;  // null: row-major without gaps
  uint64_t byte_offset;
};

inline DLDataType ToDLDataType(DType dtype) {
  const auto bits = static_cast<uint8_t>(BytesPerElement(dtype) * 8);
  switch (dtype) {
    case DType::kFloat16:
    case DType::kFloat32:
    case DType::kFloat64:
      return {2, bits, 1};
    case DType::kInt8:
    case DType::kInt16:
    case DType::kInt32:
    case DType::kInt64:
      return {0, bits, 1};
    case DType::kBool:
      return {1, 1, 1};
    case DType::kUint8:
    case DType::kUint16:
    case DType::kUint32:
    case DType::kUint64:
      break;
  }
  return {1, bits, 1};
}

}  // namespace mli

#endif  // MLI_NATIVE_DL_TENSOR_H_

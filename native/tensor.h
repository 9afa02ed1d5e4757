#ifndef MLI_NATIVE_TENSOR_H_
#define MLI_NATIVE_TENSOR_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mli {

enum class DType {
  kFloat16,
  kFloat32,
  kFloat64,
  kInt8,
  kUint8,
  kInt16,
  kUint16,
  kInt32,
  kUint32,
  kInt64,
  kUint64,
  kBool,
};

// The numpy-like name that DLR and the TypeScript types share: "float32", "uint8", ...
std::string_view Name(DType dtype);
std::optional<DType> ParseDType(std::string_view name);
size_t BytesPerElement(DType dtype);

// Row-major; -1 is a free dimension.
using Shape = std::vector<int64_t>;

// "[1, 3, 224, 224]"
std::string ToString(const Shape& shape);

// Number of elements, or nothing where a dimension is free or negative or memory cannot hold them.
std::optional<size_t> ElementCount(const Shape& shape);

// True where `actual` has the rank of `declared` and each dimension that is not free is equal.
bool Fits(const Shape& actual, const Shape& declared);

// What a model says of one of its inputs or outputs.
struct TensorInfo {
  std::string name;
  DType dtype;
  Shape shape;

  // "float32 [1, 3, 224, 224]"
  std::string Describe() const;
};

// DLPack's alignment, which SetDLRInputTensorZeroCopy demands.
inline constexpr size_t kTensorAlignment = 128;

struct FreeDeleter {
  void operator()(void* memory) const { std::free(memory); }
};
using AlignedBuffer = std::unique_ptr<std::byte[], FreeDeleter>;

// Memory of at least `bytes`, aligned to kTensorAlignment. Throws std::bad_alloc.
AlignedBuffer AllocateAligned(size_t bytes);

}  // namespace mli

#endif  // MLI_NATIVE_TENSOR_H_

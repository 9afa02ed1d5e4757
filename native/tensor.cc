#include "tensor.h"

#include <cstdint>
#include <new>

namespace mli {
namespace {

struct DTypeRow {
  DType dtype;
  std::string_view name;
  size_t bytes;
};

constexpr DTypeRow kDTypes[] = {
    {DType::kFloat16, "float16", 2}, {DType::kFloat32, "float32", 4}, {DType::kFloat64, "float64", 8},
    {DType::kInt8, "int8", 1},       {DType::kUint8, "uint8", 1},     {DType::kInt16, "int16", 2},
    {DType::kUint16, "uint16", 2},   {DType::kInt32, "int32", 4},     {DType::kUint32, "uint32", 4},
    {DType::kInt64, "int64", 8},     {DType::kUint64, "uint64", 8},   {DType::kBool, "bool", 1},
};

const DTypeRow& Row(DType dtype) { return kDTypes[static_cast<size_t>(dtype)]; }

// Room for eight bytes an element, also on 32-bit machines.
constexpr int64_t kMaxElements = PTRDIFF_MAX / 8;

}  // namespace

std::string_view Name(DType dtype) { return Row(dtype).name; }

size_t BytesPerElement(DType dtype) { return Row(dtype).bytes; }

std::optional<DType> ParseDType(std::string_view name) {
  for (const DTypeRow& row : kDTypes) {
    if (row.name == name) return row.dtype;
  }
  return std::nullopt;
}

std::string ToString(const Shape& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(shape[i]);
  }
  return text + "]";
}

std::optional<size_t> ElementCount(const Shape& shape) {
  int64_t count = 1;
  for (const int64_t dimension : shape) {
    if (dimension < 0) return std::nullopt;
    if (dimension > 0 && count > kMaxElements / dimension) return std::nullopt;
    count *= dimension;
  }
  return static_cast<size_t>(count);
}

bool Fits(const Shape& actual, const Shape& declared) {
  if (actual.size() != declared.size()) return false;
  for (size_t i = 0; i < actual.size(); ++i) {
    if (actual[i] < 1 || (declared[i] >= 0 && actual[i] != declared[i])) return false;
  }
  return true;
}

std::string TensorInfo::Describe() const { return std::string(Name(dtype)) + " " + ToString(shape); }

AlignedBuffer AllocateAligned(size_t bytes) {
  const size_t rounded = (bytes + kTensorAlignment) / kTensorAlignment * kTensorAlignment;
  void* memory = std::aligned_alloc(kTensorAlignment, rounded);
  if (memory == nullptr) throw std::bad_alloc();
  return AlignedBuffer(static_cast<std::byte*>(memory));
}

}  // namespace mli

// A stand-in for libdlr.so that speaks DLR's C API, for what no published library shows: the calls of DLR
// 1.7, types that few models have, and failures on demand. Its model copies its only input to its first
// output.
//
// The last part of the model path is the model: "<dtype>_<shape>", such as "float16_1x3x4x5"; "-1" is a free
// dimension. Outputs: 0 "echo", the input; 1 "calls", int32 [3]: inputs copied by SetDLRInput, inputs bound
// without a copy, and 1 where the bound memory is still the one that was bound first. Models that fail:
// "load_fails", "load_throws", "run_fails", "run_throws".
//
// -DWITHOUT_ZERO_COPY and -DWITHOUT_RUN leave the symbols out, as older libraries do.
#include <cstdint>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

struct Tensor {  // DLPack 0.x
  void* data;
  int32_t device_type, device_id, rank;
  uint8_t code, bits;
  uint16_t lanes;
  int64_t* shape;
  int64_t* strides;
  uint64_t byte_offset;
};

struct Model {
  std::string kind;
  std::string dtype = "float32";
  std::vector<int64_t> declared{1};
  std::vector<int64_t> actual;
  std::vector<char> copy, output;
  const void* bound = nullptr;
  const void* first_bound = nullptr;
  int32_t calls[3] = {0, 0, 1};
};

thread_local std::string last_error;

int Fail(const std::string& text) {
  last_error = text + "\nStack trace:\n  [bt] (0) somewhere";
  return -1;
}

Model& Of(void** handle) { return *static_cast<Model*>(*handle); }

size_t Bytes(const Model& model) {
  size_t bytes = model.dtype.find("64") != std::string::npos   ? 8
                 : model.dtype.find("32") != std::string::npos ? 4
                 : model.dtype.find("16") != std::string::npos ? 2
                                                               : 1;
  for (const int64_t dimension : model.actual) bytes *= static_cast<size_t>(dimension);
  return bytes;
}

int64_t Size(const std::vector<int64_t>& shape) {
  int64_t size = 1;
  for (const int64_t dimension : shape) size = dimension < 0 || size < 0 ? -1 : size * dimension;
  return size;
}

}  // namespace

extern "C" {

const char* DLRGetLastError() { return last_error.c_str(); }

int GetDLRVersion(const char** version) {
  *version = "1.99.0";
  return 0;
}

int CreateDLRModel(void** handle, const char* path, int, int) {
  const std::string text(path);
  auto* model = new Model;
  model->kind = text.substr(text.rfind('/') + 1);
  if (model->kind == "load_fails") {
    delete model;
    return Fail("the model is made of cheese");
  }
  if (model->kind == "load_throws") {
    delete model;
    throw std::runtime_error("thrown while loading");
  }
  const size_t separator = model->kind.find('_');
  if (model->kind.compare(0, 3, "run") != 0) {
    model->dtype = model->kind.substr(0, separator);
    model->declared.clear();
    std::stringstream dimensions(model->kind.substr(separator + 1));
    for (std::string dimension; std::getline(dimensions, dimension, 'x');)
      model->declared.push_back(std::stoll(dimension));
  }
  model->actual = model->declared;
  *handle = model;
  return 0;
}

int DeleteDLRModel(void** handle) {
  delete static_cast<Model*>(*handle);
  *handle = nullptr;
  return 0;
}

#ifndef WITHOUT_RUN
int RunDLRModel(void** handle) {
  Model& model = Of(handle);
  if (model.kind == "run_fails") return Fail("out of cheese");
  if (model.kind == "run_throws") throw std::runtime_error("thrown while running");
  const char* input = model.bound == nullptr ? model.copy.data() : static_cast<const char*>(model.bound);
  model.output.assign(input, input + Bytes(model));
  return 0;
}
#endif

int GetDLRNumInputs(void**, int* count) {
  *count = 1;
  return 0;
}

int GetDLRNumOutputs(void**, int* count) {
  *count = 2;
  return 0;
}

int GetDLRNumWeights(void**, int* count) {
  *count = 7;
  return 0;
}

int GetDLRBackend(void**, const char** name) {
  *name = "tvm";
  return 0;
}

int GetDLRInputName(void**, int, const char** name) {
  *name = "input";
  return 0;
}

int GetDLRInputType(void** handle, int, const char** type) {
  *type = Of(handle).dtype.c_str();
  return 0;
}

int GetDLRInputSizeDim(void** handle, int, int64_t* size, int* rank) {
  *size = Size(Of(handle).declared);
  *rank = static_cast<int>(Of(handle).declared.size());
  return 0;
}

int GetDLRInputShape(void** handle, int, int64_t* shape) {
  std::memcpy(shape, Of(handle).declared.data(), Of(handle).declared.size() * sizeof *shape);
  return 0;
}

int SetDLRInput(void** handle, const char* name, const int64_t* shape, const void* data, int rank) {
  if (std::strcmp(name, "input") != 0) return Fail(std::string("no input ") + name);
  Model& model = Of(handle);
  model.actual.assign(shape, shape + rank);
  model.copy.assign(static_cast<const char*>(data), static_cast<const char*>(data) + Bytes(model));
  ++model.calls[0];
  return 0;
}

#ifndef WITHOUT_ZERO_COPY
int SetDLRInputTensorZeroCopy(void** handle, const char*, void* dl_tensor) {
  Model& model = Of(handle);
  const auto& tensor = *static_cast<const Tensor*>(dl_tensor);
  if (reinterpret_cast<uintptr_t>(tensor.data) % 128 != 0) return Fail("not aligned to 128 bytes");
  if (std::vector<int64_t>(tensor.shape, tensor.shape + tensor.rank) != model.declared)
    return Fail("another shape");
  if (tensor.lanes != 1 || tensor.device_type != 1 || tensor.strides != nullptr)
    return Fail("another kind of tensor");
  if (model.first_bound == nullptr) model.first_bound = tensor.data;
  model.bound = tensor.data;
  ++model.calls[1];
  model.calls[2] = model.bound == model.first_bound;
  return 0;
}
#endif

int GetDLROutputSizeDim(void** handle, int index, int64_t* size, int* rank) {
  *size = index == 0 ? Size(Of(handle).actual) : 3;
  *rank = index == 0 ? static_cast<int>(Of(handle).actual.size()) : 1;
  return 0;
}

int GetDLROutputShape(void** handle, int index, int64_t* shape) {
  const std::vector<int64_t> calls{3};
  const std::vector<int64_t>& source = index == 0 ? Of(handle).actual : calls;
  std::memcpy(shape, source.data(), source.size() * sizeof *shape);
  return 0;
}

int GetDLROutputType(void** handle, int index, const char** type) {
  *type = index == 0 ? Of(handle).dtype.c_str() : "int32";
  return 0;
}

int GetDLRHasMetadata(void**, bool* has) {
  *has = true;
  return 0;
}

int GetDLROutputName(void**, int index, const char** name) {
  *name = index == 0 ? "echo" : "calls";
  return 0;
}

int GetDLROutput(void** handle, int index, void* out) {
  const Model& model = Of(handle);
  if (index == 0) {
    std::memcpy(out, model.output.data(), model.output.size());
  } else {
    std::memcpy(out, model.calls, sizeof model.calls);
  }
  return 0;
}

}  // extern "C"

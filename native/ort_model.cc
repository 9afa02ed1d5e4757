#include "ort_model.h"

#include <cstring>
#include <optional>
#include <stdexcept>

#include "failure.h"

namespace mli {
namespace {

// OrtLoggingLevel: what fails comes back as a status, so nothing but the fatal is printed.
constexpr int kLogFatal = 4;
// OrtArenaAllocator and OrtMemTypeDefault.
constexpr int kArena = 1;
constexpr int kDefaultMemory = 0;

// ONNXTensorElementDataType, which is TensorProto.DataType of ONNX.
struct ElementType {
  const char* name;
  std::optional<DType> dtype;
};
constexpr ElementType kElementTypes[] = {
    {"undefined", {}},
    {"float32", DType::kFloat32},
    {"uint8", DType::kUint8},
    {"int8", DType::kInt8},
    {"uint16", DType::kUint16},
    {"int16", DType::kInt16},
    {"int32", DType::kInt32},
    {"int64", DType::kInt64},
    {"string", {}},
    {"bool", DType::kBool},
    {"float16", DType::kFloat16},
    {"float64", DType::kFloat64},
    {"uint32", DType::kUint32},
    {"uint64", DType::kUint64},
    {"complex64", {}},
    {"complex128", {}},
    {"bfloat16", {}},
};
constexpr int kElementTypeCount = sizeof kElementTypes / sizeof kElementTypes[0];

int ElementTypeOf(DType dtype) {
  int type = 0;
  while (kElementTypes[type].dtype != dtype) ++type;
  return type;
}

}  // namespace

OrtModel::OrtModel(const ModelOptions& options)
    : library_(options.library),
      ort_(library_.api()),
      env_(nullptr, ort_.ReleaseEnv),
      memory_(nullptr, ort_.ReleaseMemoryInfo),
      session_(nullptr, ort_.ReleaseSession) {
  Open(options);
  ReadMetadata(options);
  for (size_t i = 0; i < metadata_.inputs.size(); ++i) inputs_.emplace_back(nullptr, ort_.ReleaseValue);
  for (size_t i = 0; i < metadata_.outputs.size(); ++i) outputs_.emplace_back(nullptr, ort_.ReleaseValue);
}

void OrtModel::Check(OrtStatus* status) const {
  if (status == nullptr) return;
  const Owned<OrtStatus> owned(status, ort_.ReleaseStatus);
  throw std::runtime_error(ort_.GetErrorMessage(status));
}

void OrtModel::Open(const ModelOptions& options) {
  OrtEnv* env = nullptr;
  Check(ort_.CreateEnv(kLogFatal, "mli", &env));
  env_.reset(env);
  OrtMemoryInfo* memory = nullptr;
  Check(ort_.CreateCpuMemoryInfo(kArena, kDefaultMemory, &memory));
  memory_.reset(memory);

  OrtSessionOptions* raw = nullptr;
  Check(ort_.CreateSessionOptions(&raw));
  const Owned<OrtSessionOptions> settings(raw, ort_.ReleaseSessionOptions);
  Check(ort_.SetIntraOpNumThreads(raw, options.threads));
  Check(ort_.SetInterOpNumThreads(raw, 1));
  // Threads that wait by spinning take the processor from the other processes of the device.
  Check(ort_.AddSessionConfigEntry(raw, "session.intra_op.allow_spinning", "0"));
  OrtSession* session = nullptr;
  Check(ort_.CreateSession(env_.get(), options.path.c_str(), raw, &session));
  session_.reset(session);
}

void OrtModel::ReadMetadata(const ModelOptions& options) {
  metadata_.backend = "cpu";
  metadata_.library_version = library_.version();
  metadata_.threads = options.threads;
  metadata_.zero_copy = true;
  OrtAllocator* allocator = nullptr;
  Check(ort_.GetAllocatorWithDefaultOptions(&allocator));
  const auto read_all = [&](auto get_count, auto get_name, auto get_type, std::vector<TensorInfo>& tensors) {
    size_t count = 0;
    Check(get_count(session_.get(), &count));
    for (size_t i = 0; i < count; ++i) {
      char* text = nullptr;
      Check(get_name(session_.get(), i, allocator, &text));
      const std::string name(text);
      Check(ort_.AllocatorFree(allocator, text));
      OrtTypeInfo* raw = nullptr;
      Check(get_type(session_.get(), i, &raw));
      const Owned<OrtTypeInfo> type(raw, ort_.ReleaseTypeInfo);
      tensors.push_back(ReadTensor(type.get(), name, options.path));
    }
  };
  read_all(ort_.SessionGetInputCount, ort_.SessionGetInputName, ort_.SessionGetInputTypeInfo,
           metadata_.inputs);
  read_all(ort_.SessionGetOutputCount, ort_.SessionGetOutputName, ort_.SessionGetOutputTypeInfo,
           metadata_.outputs);
}

TensorInfo OrtModel::ReadTensor(const OrtTypeInfo* type, const std::string& name,
                                const std::string& path) const {
  const auto unsupported = [&](const std::string& dtype) {
    return Failure("MODEL_UNSUPPORTED", {{"path", path}, {"tensor", name}, {"dtype", dtype}});
  };
  const OrtTensorInfo* info = nullptr;
  Check(ort_.CastTypeInfoToTensorInfo(type, &info));
  if (info == nullptr) throw unsupported("sequence or map");
  int element = 0;
  Check(ort_.GetTensorElementType(info, &element));
  if (element < 0 || element >= kElementTypeCount) {
    throw unsupported("number " + std::to_string(element) + " of ONNX");
  }
  if (!kElementTypes[element].dtype) throw unsupported(kElementTypes[element].name);
  return {name, *kElementTypes[element].dtype, ReadShape(info)};
}

Shape OrtModel::ReadShape(const OrtTensorInfo* info) const {
  size_t rank = 0;
  Check(ort_.GetDimensionsCount(info, &rank));
  Shape shape(rank);
  Check(ort_.GetDimensions(info, shape.data(), rank));
  return shape;
}

void OrtModel::SetInput(size_t input, const void* data, const Shape& shape) {
  const TensorInfo& info = metadata_.inputs[input];
  const size_t bytes = ElementCount(shape).value() * BytesPerElement(info.dtype);
  OrtValue* value = nullptr;
  // It is not written to; the C API has no type for that.
  Check(ort_.CreateTensorWithDataAsOrtValue(memory_.get(), const_cast<void*>(data), bytes, shape.data(),
                                            shape.size(), ElementTypeOf(info.dtype), &value));
  inputs_[input].reset(value);
}

void OrtModel::Run() {
  std::vector<const char*> input_names, output_names;
  std::vector<const OrtValue*> inputs;
  std::vector<OrtValue*> outputs(outputs_.size());
  for (size_t i = 0; i < inputs_.size(); ++i) {
    input_names.push_back(metadata_.inputs[i].name.c_str());
    inputs.push_back(inputs_[i].get());
  }
  for (size_t i = 0; i < outputs_.size(); ++i) {
    output_names.push_back(metadata_.outputs[i].name.c_str());
    outputs_[i].reset();
  }
  OrtStatus* status = ort_.Run(session_.get(), nullptr, input_names.data(), inputs.data(), inputs.size(),
                               output_names.data(), outputs.size(), outputs.data());
  for (size_t i = 0; i < outputs.size(); ++i) outputs_[i].reset(outputs[i]);
  // They refer to memory of the caller's.
  for (Owned<OrtValue>& input : inputs_) input.reset();
  Check(status);
}

Shape OrtModel::OutputShape(size_t output) {
  OrtTensorInfo* raw = nullptr;
  Check(ort_.GetTensorTypeAndShape(outputs_[output].get(), &raw));
  const Owned<OrtTensorInfo> info(raw, ort_.ReleaseTensorInfo);
  return ReadShape(info.get());
}

void OrtModel::CopyOutput(size_t output, void* destination) {
  const size_t bytes =
      ElementCount(OutputShape(output)).value() * BytesPerElement(metadata_.outputs[output].dtype);
  void* data = nullptr;
  Check(ort_.GetTensorMutableData(outputs_[output].get(), &data));
  std::memcpy(destination, data, bytes);
}

}  // namespace mli

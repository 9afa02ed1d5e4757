#include "dlr_model.h"

#include <cstring>
#include <optional>
#include <stdexcept>

#include "affinity.h"
#include "failure.h"
#include "standard_error_tee.h"
#include "thread_count.h"

namespace mli {
namespace {

constexpr int kCpu = 1;

std::string Text(const char* text) { return text == nullptr ? std::string() : std::string(text); }

DType SupportedDType(const std::string& name, const std::string& tensor, const std::string& path) {
  const std::optional<DType> dtype = ParseDType(name);
  if (!dtype) throw Failure("MODEL_UNSUPPORTED", {{"path", path}, {"tensor", tensor}, {"dtype", name}});
  return *dtype;
}

}  // namespace

DlrModel::DlrModel(const ModelOptions& options) : library_(options.library), dlr_(library_.api()) {
  const ThreadCount threads(options.threads);
  const Affinity affinity;
  const StandardErrorTee log;
  const std::string before = Text(dlr_.DLRGetLastError());
  if (dlr_.CreateDLRModel(&handle_, options.path.c_str(), options.device_type, options.device_id) != 0) {
    // Where the text is unchanged, it is that of an earlier failure, unless nothing was logged either.
    const std::string text = Text(dlr_.DLRGetLastError());
    throw std::runtime_error(text == before && !log.text().empty() ? log.text() : text);
  }
  try {
    ReadMetadata(options);
  } catch (...) {
    dlr_.DeleteDLRModel(&handle_);
    throw;
  }
}

DlrModel::~DlrModel() { dlr_.DeleteDLRModel(&handle_); }

void DlrModel::Check(int status) {
  if (status != 0) throw std::runtime_error(Text(dlr_.DLRGetLastError()));
}

void DlrModel::ReadMetadata(const ModelOptions& options) {
  const char* backend = nullptr;
  Check(dlr_.GetDLRBackend(&handle_, &backend));
  metadata_.backend = Text(backend);
  metadata_.library_version = library_.version();
  const bool graph = metadata_.backend == "tvm";
  metadata_.threads = metadata_.backend == "treelite" ? 1 : options.threads;
  if (graph && dlr_.GetDLRNumWeights != nullptr) Check(dlr_.GetDLRNumWeights(&handle_, &metadata_.weights));
  metadata_.zero_copy = graph && options.device_type == kCpu && dlr_.SetDLRInputTensorZeroCopy != nullptr;

  int count = 0;
  Check(dlr_.GetDLRNumInputs(&handle_, &count));
  for (int i = 0; i < count; ++i) metadata_.inputs.push_back(ReadInput(i, options.path));
  bindings_.resize(metadata_.inputs.size());

  bool named = false;
  if (dlr_.GetDLRHasMetadata != nullptr && dlr_.GetDLROutputName != nullptr) {
    Check(dlr_.GetDLRHasMetadata(&handle_, &named));
  }
  Check(dlr_.GetDLRNumOutputs(&handle_, &count));
  for (int i = 0; i < count; ++i) metadata_.outputs.push_back(ReadOutput(i, named, options.path));
}

TensorInfo DlrModel::ReadInput(int index, const std::string& path) {
  const char* name = nullptr;
  const char* type = nullptr;
  int64_t size = 0;
  int rank = 0;
  Check(dlr_.GetDLRInputName(&handle_, index, &name));
  Check(dlr_.GetDLRInputType(&handle_, index, &type));
  Check(dlr_.GetDLRInputSizeDim(&handle_, index, &size, &rank));
  TensorInfo info{Text(name), SupportedDType(Text(type), Text(name), path), Shape(static_cast<size_t>(rank))};
  Check(dlr_.GetDLRInputShape(&handle_, index, info.shape.data()));
  return info;
}

TensorInfo DlrModel::ReadOutput(int index, bool named, const std::string& path) {
  const char* text = nullptr;
  // The metadata file may leave the outputs out: they are numbered then, as without the file.
  const bool has_name = named && dlr_.GetDLROutputName(&handle_, index, &text) == 0;
  const std::string name = has_name ? Text(text) : "output" + std::to_string(index);
  Check(dlr_.GetDLROutputType(&handle_, index, &text));
  return {name, SupportedDType(Text(text), name, path), OutputShape(static_cast<size_t>(index))};
}

void DlrModel::SetInput(size_t input, const void* data, const Shape& shape) {
  const TensorInfo& info = metadata_.inputs[input];
  if (metadata_.zero_copy && ElementCount(info.shape)) {
    BindInput(input, data);
  } else {
    Check(dlr_.SetDLRInput(&handle_, info.name.c_str(), shape.data(), data, static_cast<int>(shape.size())));
  }
}

// DLR keeps the address that it is given, so it is given the staging memory only, which lives as long as the
// model.
void DlrModel::BindInput(size_t input, const void* data) {
  TensorInfo& info = metadata_.inputs[input];
  DLTensor& tensor = bindings_[input];
  std::byte* staging = Staging(input);
  if (data != staging) {
    std::memcpy(staging, data, ElementCount(info.shape).value() * BytesPerElement(info.dtype));
  }
  tensor = {staging,
            {kCpu, 0},
            static_cast<int32_t>(info.shape.size()),
            ToDLDataType(info.dtype),
            info.shape.data(),
            nullptr,
            0};
  Check(dlr_.SetDLRInputTensorZeroCopy(&handle_, info.name.c_str(), &tensor));
}

void DlrModel::Run() {
  // The first run starts TVM's thread pool.
  std::optional<ThreadCount> threads;
  if (!has_run_) threads.emplace(metadata_.threads);
  Check(dlr_.RunDLRModel(&handle_));
  has_run_ = true;
}

Shape DlrModel::OutputShape(size_t output) {
  int64_t size = 0;
  int rank = 0;
  Check(dlr_.GetDLROutputSizeDim(&handle_, static_cast<int>(output), &size, &rank));
  Shape shape(static_cast<size_t>(rank));
  Check(dlr_.GetDLROutputShape(&handle_, static_cast<int>(output), shape.data()));
  return shape;
}

void DlrModel::CopyOutput(size_t output, void* destination) {
  Check(dlr_.GetDLROutput(&handle_, static_cast<int>(output), destination));
}

}  // namespace mli

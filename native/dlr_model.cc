#include "dlr_model.h"

#include <cstring>
#include <optional>

#include "affinity.h"
#include "failure.h"
#include "thread_count.h"

namespace mli {
namespace {

constexpr int kCpu = 1;

std::string Text(const char* text) { return text == nullptr ? std::string() : std::string(text); }

}  // namespace

DlrModel::DlrModel(const ModelOptions& options) : library_(options.library), dlr_(library_.api()) {
  const ThreadCount threads(options.threads);
  const Affinity affinity;
  // Some failures of DLR 1.5 and 1.6 only go to standard error: an unchanged text is that of an earlier
  // failure.
  const std::string before = Text(dlr_.DLRGetLastError());
  if (dlr_.CreateDLRModel(&handle_, options.path.c_str(), options.device_type, options.device_id) != 0) {
    const std::string text = Text(dlr_.DLRGetLastError());
    throw Failure("MODEL_LOAD_FAILED", {{"path", options.path}, {"text", text == before ? "" : text}});
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
  if (status != 0) throw Failure("RUN_FAILED", {{"text", Text(dlr_.DLRGetLastError())}});
}

void DlrModel::ReadMetadata(const ModelOptions& options) {
  const auto check = [&](int status) {
    if (status != 0) {
      throw Failure("MODEL_LOAD_FAILED", {{"path", options.path}, {"text", Text(dlr_.DLRGetLastError())}});
    }
  };
  const auto dtype = [&](const std::string& tensor, const char* name) {
    const std::optional<DType> parsed = ParseDType(Text(name));
    if (!parsed) {
      throw Failure("MODEL_UNSUPPORTED", {{"path", options.path}, {"tensor", tensor}, {"dtype", Text(name)}});
    }
    return *parsed;
  };

  const char* text = nullptr;
  check(dlr_.GetDLRBackend(&handle_, &text));
  metadata_.backend = Text(text);
  metadata_.library_version = library_.version();
  metadata_.threads = metadata_.backend == "treelite" ? 1 : options.threads;
  // Only TVM's back ends have weights, and only with those can an input be bound to memory of ours.
  if (metadata_.backend == "tvm" && dlr_.GetDLRNumWeights != nullptr) {
    check(dlr_.GetDLRNumWeights(&handle_, &metadata_.weights));
  }
  metadata_.zero_copy =
      metadata_.backend == "tvm" && options.device_type == kCpu && dlr_.SetDLRInputTensorZeroCopy != nullptr;

  int count = 0;
  int64_t size = 0;
  int rank = 0;
  check(dlr_.GetDLRNumInputs(&handle_, &count));
  for (int i = 0; i < count; ++i) {
    TensorInfo info{};
    check(dlr_.GetDLRInputName(&handle_, i, &text));
    info.name = Text(text);
    check(dlr_.GetDLRInputType(&handle_, i, &text));
    info.dtype = dtype(info.name, text);
    check(dlr_.GetDLRInputSizeDim(&handle_, i, &size, &rank));
    info.shape.resize(static_cast<size_t>(rank));
    check(dlr_.GetDLRInputShape(&handle_, i, info.shape.data()));
    metadata_.inputs.push_back(std::move(info));
  }
  bindings_.resize(metadata_.inputs.size());

  bool named = false;
  if (dlr_.GetDLRHasMetadata != nullptr && dlr_.GetDLROutputName != nullptr) {
    check(dlr_.GetDLRHasMetadata(&handle_, &named));
  }
  check(dlr_.GetDLRNumOutputs(&handle_, &count));
  for (int i = 0; i < count; ++i) {
    TensorInfo info{};
    // The metadata file may leave the outputs out: they are numbered then, as without the file.
    if (!named || dlr_.GetDLROutputName(&handle_, i, &text) != 0) text = nullptr;
    info.name = text == nullptr ? "output" + std::to_string(i) : std::string(text);
    check(dlr_.GetDLROutputType(&handle_, i, &text));
    info.dtype = dtype(info.name, text);
    info.shape = OutputShape(static_cast<size_t>(i));
    metadata_.outputs.push_back(std::move(info));
  }
}

std::byte* DlrModel::Staging(size_t input) {
  AlignedBuffer& staging = bindings_[input].staging;
  if (staging == nullptr) {
    const TensorInfo& info = metadata_.inputs[input];
    staging = AllocateAligned(ElementCount(info.shape).value() * BytesPerElement(info.dtype));
  }
  return staging.get();
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
  InputBinding& binding = bindings_[input];
  std::byte* staging = Staging(input);
  if (data != staging) {
    std::memcpy(staging, data, ElementCount(info.shape).value() * BytesPerElement(info.dtype));
  }
  binding.tensor = {staging,
                    {kCpu, 0},
                    static_cast<int32_t>(info.shape.size()),
                    ToDLDataType(info.dtype),
                    info.shape.data(),
                    nullptr,
                    0};
  Check(dlr_.SetDLRInputTensorZeroCopy(&handle_, info.name.c_str(), &binding.tensor));
}

void DlrModel::Run() {
  // The first run starts TVM's thread pool.
  std::optional<ThreadCount> threads;
  if (!has_run_) threads.emplace(metadata_.threads);
  has_run_ = true;
  Check(dlr_.RunDLRModel(&handle_));
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

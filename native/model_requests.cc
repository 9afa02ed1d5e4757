#include "model_requests.h"

#include <chrono>
#include <cstring>

#include "addon_data.h"
#include "js_value.h"
#include "reduce.h"

namespace mli {
namespace {

double Milliseconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

Napi::Object NewTensor(Napi::Env env, DType dtype, const Shape& shape, Napi::ArrayBuffer buffer) {
  Napi::Object tensor = Napi::Object::New(env);
  tensor.Set("dtype", std::string(Name(dtype)));
  tensor.Set("shape", ToArray(env, shape));
  tensor.Set("data", NewTypedArray(env, dtype, buffer));
  return tensor;
}

}  // namespace

LoadRequest::LoadRequest(Napi::Env env, ModelOptions options, WorkerThread& thread)
    : Request(env), options_(std::move(options)), thread_(thread) {}

void LoadRequest::Execute() { model_ = RuntimeModel::Load(options_); }

Napi::Value LoadRequest::Result(Napi::Env env) {
  auto session = std::make_shared<ModelSession>();
  session->model = std::move(model_);
  session->thread = &thread_;
  AddonData::Of(env).Keep(session);
  return Model::Create(env, session);
}

void LoadRequest::Finish(Napi::Env env, bool succeeded) {
  if (!succeeded) AddonData::Of(env).Return(thread_);
}

Failure LoadRequest::FailureOf(const std::string& text) const {
  return Failure("MODEL_LOAD_FAILED", {{"path", options_.path}, {"text", text}});
}

RunRequest::RunRequest(Napi::Env env, std::shared_ptr<ModelSession> session, RunInput input)
    : Request(env), session_(std::move(session)), model_(session_->model), input_(std::move(input)) {
  AllocateOutputs(env);
  ++session_->runs;
}

void RunRequest::AllocateOutputs(Napi::Env env) {
  int64_t batch = -1;
  if (input_.picture) batch = input_.picture->shape.front();
  if (!input_.tensors.empty() && !input_.tensors.front().shape.empty())
    batch = input_.tensors.front().shape.front();
  outputs_.resize(model_->metadata().outputs.size());
  expected_.resize(outputs_.size());
  for (size_t i = 0; i < outputs_.size(); ++i) {
    const TensorInfo& info = model_->metadata().outputs[i];
    outputs_[i].dtype = info.dtype;
    Shape shape = info.shape;
    // A free first dimension is the batch, the rows of a tree model: as many out as in.
    if (!shape.empty() && shape[0] < 0) shape[0] = batch;
    const std::optional<size_t> elements = ElementCount(shape);
    if (!elements) continue;
    Output& output = outputs_[i];
    output.capacity = *elements * BytesPerElement(info.dtype);
    Napi::ArrayBuffer buffer = Napi::ArrayBuffer::New(env, output.capacity);
    output.destination = buffer.Data();
    expected_[i] = {Napi::Reference<Napi::ArrayBuffer>::New(buffer, 1), std::move(shape)};
  }
}

void RunRequest::Execute() {
  // The model is let go of on this thread, so that a dispose() that waits behind this run also deletes it
  // here.
  const std::shared_ptr<RuntimeModel> model = std::move(model_);
  const auto started = std::chrono::steady_clock::now();
  SetInputs(*model);
  const auto set = std::chrono::steady_clock::now();
  model->Run();
  const auto run = std::chrono::steady_clock::now();
  ReadOutputs(*model);
  times_ = {Milliseconds(std::chrono::steady_clock::now() - started), Milliseconds(run - set)};
}

void RunRequest::SetInputs(RuntimeModel& model) {
  for (size_t i = 0; i < input_.tensors.size(); ++i) {
    const TensorInput& tensor = input_.tensors[i];
    if (tensor.data != nullptr) model.SetInput(i, tensor.data, tensor.shape);
  }
  if (input_.picture) SetPicture(model);
}

void RunRequest::SetPicture(RuntimeModel& model) {
  const PictureInput& picture = *input_.picture;
  const TensorInfo& info = model.metadata().inputs[picture.index];
  std::byte* destination = nullptr;
  if (ElementCount(info.shape)) {
    destination = model.Staging(picture.index);
  } else {
    scratch_ = AllocateAligned(ElementCount(picture.shape).value() * BytesPerElement(info.dtype));
    destination = scratch_.get();
  }
  Convert(Reduced(picture), picture.normalization, info.dtype, destination);
  model.SetInput(picture.index, destination, picture.shape);
}

Picture RunRequest::Reduced(const PictureInput& input) {
  const Picture& picture = input.picture;
  if (input.width == picture.width && input.height == picture.height) return picture;
  reduced_.resize(input.width * input.height * picture.channels);
  ReduceByArea(picture, input.width, input.height, reduced_.data());
  return {reduced_.data(), input.width, input.height, picture.channels};
}

void RunRequest::ReadOutputs(RuntimeModel& model) {
  for (size_t i = 0; i < outputs_.size(); ++i) {
    Output& output = outputs_[i];
    output.shape = model.OutputShape(i);
    const size_t bytes = ElementCount(output.shape).value() * BytesPerElement(output.dtype);
    if (output.destination == nullptr || output.capacity != bytes) {
      output.spill = AllocateAligned(bytes);
      output.destination = output.spill.get();
      output.capacity = bytes;
    }
    model.CopyOutput(i, output.destination);
  }
}

void RunRequest::PrepareResult(Napi::Env env) {
  Napi::Array result = Napi::Array::New(env, expected_.size());
  for (uint32_t i = 0; i < expected_.size(); ++i) {
    const Expected& expected = expected_[i];
    if (expected.buffer.IsEmpty()) continue;
    result.Set(i, NewTensor(env, outputs_[i].dtype, expected.shape, expected.buffer.Value()));
  }
  result_ = Napi::Persistent(result.As<Napi::Object>());
}

Napi::Value RunRequest::Result(Napi::Env env) {
  if (result_.IsEmpty()) PrepareResult(env);
  Napi::Object result = result_.Value();
  for (uint32_t i = 0; i < outputs_.size(); ++i) {
    const Output& output = outputs_[i];
    if (output.spill == nullptr && output.shape == expected_[i].shape) continue;
    Napi::ArrayBuffer buffer;
    if (output.spill == nullptr) {
      buffer = expected_[i].buffer.Value();
    } else {
      buffer = Napi::ArrayBuffer::New(env, output.capacity);
      std::memcpy(buffer.Data(), output.spill.get(), output.capacity);
    }
    result.Set(i, NewTensor(env, output.dtype, output.shape, buffer));
  }
  return result;
}

void RunRequest::Finish(Napi::Env, bool succeeded) {
  --session_->runs;
  if (succeeded) session_->last_run = times_;
}

Failure RunRequest::FailureOf(const std::string& text) const {
  return Failure("RUN_FAILED", {{"text", text}});
}

DisposeRequest::DisposeRequest(Napi::Env env, std::shared_ptr<ModelSession> session)
    : Request(env), session_(std::move(session)), model_(std::move(session_->model)) {}

void DisposeRequest::Finish(Napi::Env env, bool) {
  session_->deleted = true;
  AddonData::Of(env).Return(*session_->thread);
  AddonData::Of(env).Forget(session_);
}

Failure DisposeRequest::FailureOf(const std::string& text) const {
  return Failure("RUN_FAILED", {{"text", text}});
}

}  // namespace mli

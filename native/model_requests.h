#ifndef MLI_NATIVE_MODEL_REQUESTS_H_
#define MLI_NATIVE_MODEL_REQUESTS_H_

#include <memory>
#include <vector>

#include "model.h"
#include "request.h"
#include "run_input.h"

namespace mli {

// Opens the runtime and the model. Resolves to a Model.
class LoadRequest : public Request {
 public:
  LoadRequest(Napi::Env env, ModelOptions options, WorkerThread& thread);

 private:
  void Execute() override;
  Napi::Value Result(Napi::Env env) override;
  void Finish(Napi::Env env, bool succeeded) override;
  Failure FailureOf(const std::string& text) const override;

  const ModelOptions options_;
  WorkerThread& thread_;
  std::shared_ptr<RuntimeModel> model_;
};

// One inference. Resolves to an array of {dtype, shape, data} in the order of the model's outputs, owned by
// the caller.
class RunRequest : public Request {
 public:
  RunRequest(Napi::Env env, std::shared_ptr<ModelSession> session, RunInput input);

  // Makes what the promise resolves to, as far as the shapes are known. JS thread, after the request was
  // posted: the time that the worker takes costs nothing here.
  void PrepareResult(Napi::Env env);

 private:
  // What is known of an output before the run. The worker does not touch it.
  struct Expected {
    Napi::Reference<Napi::ArrayBuffer> buffer;  // empty where the size is unknown
    Shape shape;
  };

  // The worker writes straight into the ArrayBuffer that JavaScript gets, where there is one.
  struct Output {
    void* destination = nullptr;
    size_t capacity = 0;
    AlignedBuffer spill;  // where it was not
    Shape shape;
    DType dtype{};
  };

  void Execute() override;
  Napi::Value Result(Napi::Env env) override;
  void Finish(Napi::Env env, bool succeeded) override;
  Failure FailureOf(const std::string& text) const override;

  void AllocateOutputs(Napi::Env env);
  void SetInputs(RuntimeModel& model);
  void SetPicture(RuntimeModel& model);
  Picture Reduced(const PictureInput& input);
  void ReadOutputs(RuntimeModel& model);

  std::shared_ptr<ModelSession> session_;
  std::shared_ptr<RuntimeModel> model_;
  RunInput input_;
  AlignedBuffer scratch_;
  std::vector<uint8_t> reduced_;  // the pixels of the picture, where they were too many
  RunTimes times_;
  std::vector<Expected> expected_;
  std::vector<Output> outputs_;
  Napi::ObjectReference result_;  // an array; what became otherwise is replaced
};

// Deletes the model. Resolves to undefined.
class DisposeRequest : public Request {
 public:
  DisposeRequest(Napi::Env env, std::shared_ptr<ModelSession> session);

 private:
  void Execute() override { model_.reset(); }
  Napi::Value Result(Napi::Env env) override { return env.Undefined(); }
  void Finish(Napi::Env env, bool succeeded) override;
  Failure FailureOf(const std::string& text) const override;

  std::shared_ptr<ModelSession> session_;
  std::shared_ptr<RuntimeModel> model_;
};

}  // namespace mli

#endif  // MLI_NATIVE_MODEL_REQUESTS_H_

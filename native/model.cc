#include "model.h"

#include "addon_data.h"
#include "failure.h"
#include "js_value.h"
#include "load_options.h"
#include "model_requests.h"
#include "run_input.h"

namespace mli {
namespace {

// Tells our objects from others that wear their prototype.
constexpr napi_type_tag kModelTag = {0x6d6c695f646c7231, 0x9b1f5c2ea7d84e03};

void CheckReceiver(const Napi::CallbackInfo& info) {
  if (!info.This().IsObject() || !info.This().As<Napi::Object>().CheckTypeTag(&kModelTag)) {
    throw Napi::TypeError::New(info.Env(), "the receiver is not a Model");
  }
}

Napi::Array DescribeTensors(Napi::Env env, const std::vector<TensorInfo>& tensors) {
  Napi::Array array = Napi::Array::New(env, tensors.size());
  for (uint32_t i = 0; i < tensors.size(); ++i) {
    Napi::Object info = Napi::Object::New(env);
    info.Set("name", tensors[i].name);
    info.Set("dtype", std::string(Name(tensors[i].dtype)));
    info.Set("shape", ToArray(env, tensors[i].shape));
    array.Set(i, info);
  }
  return array;
}

Napi::Object Describe(Napi::Env env, const ModelMetadata& metadata) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("inputs", DescribeTensors(env, metadata.inputs));
  object.Set("outputs", DescribeTensors(env, metadata.outputs));
  object.Set("backend", metadata.backend);
  object.Set("libraryVersion", metadata.library_version);
  object.Set("threads", metadata.threads);
  object.Set("weights", metadata.weights);
  object.Set("zeroCopy", metadata.zero_copy);
  return object;
}

}  // namespace

Napi::Function Model::Define(Napi::Env env) {
  return DefineClass(env, "Model",
                     {
                         StaticMethod<&Model::Load>("load"),
                         InstanceMethod<&Model::Run>("run"),
                         InstanceMethod<&Model::Dispose>("dispose"),
                         InstanceMethod<&Model::GetState>("getState"),
                         InstanceMethod<&Model::GetLastRunMs>("getLastRunMs"),
                     });
}

Napi::Object Model::Create(Napi::Env env, const std::shared_ptr<ModelSession>& session) {
  AddonData& data = AddonData::Of(env);
  data.adopting = session;
  return data.model_constructor.New({});
}

Model::Model(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Model>(info) {
  session_ = std::exchange(AddonData::Of(info.Env()).adopting, nullptr);
  if (session_ == nullptr) {
    throw Napi::TypeError::New(info.Env(), "a Model is made by Model.load(), not by new");
  }
  metadata_ = session_->model->metadata();
  Napi::Object self = info.This().As<Napi::Object>();
  self.TypeTag(&kModelTag);
  self.DefineProperty(
      Napi::PropertyDescriptor::Value("metadata", Describe(info.Env(), metadata_), napi_enumerable));
}

// A net for models that nobody disposed of: the owner calls dispose(). At the end of the environment
// AddonData has deleted the model already, and there is nothing left to do here.
Model::~Model() {
  if (session_ == nullptr || session_->model == nullptr) return;
  const Napi::HandleScope scope(Env());
  AddonData::Of(Env()).Post(*session_->thread, std::make_unique<DisposeRequest>(Env(), session_));
}

// load({runtime, library, path, deviceType, deviceId, threads}): Promise<Model>
Napi::Value Model::Load(const Napi::CallbackInfo& info) {
  return PromiseOf(info.Env(), [&]() -> Napi::Value {
    const ModelOptions options = ParseLoadOptions(info[0]);
    AddonData& data = AddonData::Of(info.Env());
    WorkerThread& thread = data.Borrow(options.threads);
    auto request = std::make_unique<LoadRequest>(info.Env(), options, thread);
    const Napi::Promise promise = request->promise();
    data.Post(thread, std::move(request));
    return promise;
  });
}

// run({tensors} | {picture, normalization}): Promise<Tensor[]>
Napi::Value Model::Run(const Napi::CallbackInfo& info) {
  CheckReceiver(info);
  return PromiseOf(info.Env(), [&]() -> Napi::Value {
    // Reading the input may run the caller's getters, so the state is looked at afterwards.
    RunInput input = ParseRunInput(info[0], metadata_);
    if (session_->model == nullptr) throw Failure("MODEL_DISPOSED", {});
    auto request = std::make_unique<RunRequest>(info.Env(), session_, std::move(input));
    const Napi::Promise promise = request->promise();
    RunRequest& posted = *request;
    AddonData::Of(info.Env()).Post(*session_->thread, std::move(request));
    try {
      posted.PrepareResult(info.Env());  // it lives until it is delivered, on this thread
    } catch (const Napi::Error&) {
      // The run goes on, and settles the promise; what is missing is made then.
    }
    return promise;
  });
}

// dispose(): Promise<void>, the same one each time
Napi::Value Model::Dispose(const Napi::CallbackInfo& info) {
  CheckReceiver(info);
  if (!disposal_.IsEmpty()) return disposal_.Value();
  if (session_->deleted) {  // by the end of the process
    const Napi::Promise::Deferred deferred = Napi::Promise::Deferred::New(info.Env());
    deferred.Resolve(info.Env().Undefined());
    return deferred.Promise();
  }
  return PromiseOf(info.Env(), [&]() -> Napi::Value {
    // The thread works in order: every run that was asked for is performed first.
    auto request = std::make_unique<DisposeRequest>(info.Env(), session_);
    const Napi::Promise promise = request->promise();
    disposal_ = Napi::Persistent(promise.As<Napi::Object>());
    AddonData::Of(info.Env()).Post(*session_->thread, std::move(request));
    return promise;
  });
}

// getState(): "idle", "running", "disposing" or "disposed"
Napi::Value Model::GetState(const Napi::CallbackInfo& info) {
  CheckReceiver(info);
  const char* state = session_->deleted            ? "disposed"
                      : session_->model == nullptr ? "disposing"
                      : session_->runs > 0         ? "running"
                                                   : "idle";
  return Napi::String::New(info.Env(), state);
}

// getLastRunMs(): {all, model}, what the model's thread took for the run that was settled last; 0 before the
// first
Napi::Value Model::GetLastRunMs(const Napi::CallbackInfo& info) {
  CheckReceiver(info);
  Napi::Object times = Napi::Object::New(info.Env());
  times.Set("all", session_->last_run.all);
  times.Set("model", session_->last_run.model);
  return times;
}

}  // namespace mli

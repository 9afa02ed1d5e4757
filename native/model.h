#ifndef MLI_NATIVE_MODEL_H_
#define MLI_NATIVE_MODEL_H_

#include <napi.h>

#include <memory>

#include "runtime_model.h"
#include "worker_thread.h"

namespace mli {

// What the model's thread took for a run, in milliseconds.
struct RunTimes {
  double all = 0;    // inputs, the runtime's own run, outputs
  double model = 0;  // the runtime's own run
};

// What the JavaScript object and its requests share. JS thread only; the calls of `model` belong to `thread`.
struct ModelSession {
  std::shared_ptr<RuntimeModel> model;  // null once the model is to be deleted
  WorkerThread* thread = nullptr;
  size_t runs = 0;    // asked for and not settled
  RunTimes last_run;  // of the run that was settled last
  bool deleted = false;
};

// The JavaScript class `Model`. Objects come from Model.load() only; runs are performed in the order of the
// calls.
class Model : public Napi::ObjectWrap<Model> {
 public:
  static Napi::Function Define(Napi::Env env);

  // A Model on a session that was loaded. JS thread.
  static Napi::Object Create(Napi::Env env, const std::shared_ptr<ModelSession>& session);

  explicit Model(const Napi::CallbackInfo& info);
  ~Model() override;

 private:
  static Napi::Value Load(const Napi::CallbackInfo& info);
  Napi::Value Run(const Napi::CallbackInfo& info);
  Napi::Value Dispose(const Napi::CallbackInfo& info);
  Napi::Value GetState(const Napi::CallbackInfo& info);
  Napi::Value GetLastRunMs(const Napi::CallbackInfo& info);

  std::shared_ptr<ModelSession> session_;
  ModelMetadata metadata_;
  Napi::ObjectReference disposal_;  // the promise of dispose(), once asked for
};

}  // namespace mli

#endif  // MLI_NATIVE_MODEL_H_

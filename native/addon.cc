#include <napi.h>

#include "addon_data.h"
#include "model.h"

namespace {

// shutdown(): void. See AddonData::Shutdown().
void Shutdown(const Napi::CallbackInfo& info) { mli::AddonData::Of(info.Env()).Shutdown(); }

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  auto* data = new mli::AddonData(env);
  env.SetInstanceData(data);
  const Napi::Function model = mli::Model::Define(env);
  data->model_constructor = Napi::Persistent(model);
  exports.Set("Model", model);
  exports.Set("shutdown", Napi::Function::New<Shutdown>(env, "shutdown"));
  return exports;
}

}  // namespace

NODE_API_MODULE(mli_dlr, Init)

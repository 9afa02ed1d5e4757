#include <napi.h>

#include "addon_data.h"
#include "dlr_library.h"
#include "failure.h"
#include "load_options.h"
#include "model.h"
#include "ort_library.h"

namespace {

// shutdown(): void. See AddonData::Shutdown().
void Shutdown(const Napi::CallbackInfo& info) { mli::AddonData::Of(info.Env()).Shutdown(); }

// runtimeVersion({runtime, library}): string, such as "1.6.0"; "unknown" where the library does not say.
// Opens the library, as the first model would, which takes a few milliseconds. Throws LIBDLR_*,
// ONNXRUNTIME_UNLOADABLE, OPTION_INVALID.
Napi::Value RuntimeVersion(const Napi::CallbackInfo& info) {
  try {
    const mli::RuntimeLibrary library = mli::ParseLibrary(info[0]);
    const std::string version = library.runtime == mli::Runtime::kOnnx
                                    ? mli::OrtLibrary(library.path).version()
                                    : mli::DlrLibrary(library.path).version();
    return Napi::String::New(info.Env(), version);
  } catch (const mli::Failure& failure) {
    throw failure.ToError(info.Env());
  }
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  auto* data = new mli::AddonData(env);
  env.SetInstanceData(data);
  const Napi::Function model = mli::Model::Define(env);
  data->model_constructor = Napi::Persistent(model);
  exports.Set("Model", model);
  exports.Set("runtimeVersion", Napi::Function::New<RuntimeVersion>(env, "runtimeVersion"));
  exports.Set("shutdown", Napi::Function::New<Shutdown>(env, "shutdown"));
  return exports;
}

}  // namespace

NODE_API_MODULE(mli_dlr, Init)

#include "model.h"

#include "addon_data.h"
#include "failure.h"
#include "model_requests.h"
#include "run_input.h"

namespace mli {
namespace {

// Tells our objects from others that wear the same prototype.
constexpr napi_type_tag kModelTag = {0x6d6c695f646c7231, 0x9b1f5c2ea7d84e03};

Napi::Array ToArray(Napi::Env env, const std::vector<TensorInfo>& tensors) {
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

}  // namespace

Napi::Function Model::Define(Napi::Env env) {
  return DefineClass(env, "Model",
                     {
                         StaticMethod<&Model::Load>("load"),
                         InstanceMethod<&Model::Run>("run"),
                         InstanceMethod<&Model::Dispose>("dispose"),
                         InstanceAccessor<&Model::GetState>("state"),
                         InstanceAccessor<&Model::GetMetadata>("metadata"),
                     });
}
}

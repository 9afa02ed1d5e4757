#include "failure.h"

namespace mli {

Napi::Error Failure::ToError(Napi::Env env) const {
  Napi::Error error = Napi::Error::New(env, code_);
  error.Set("code", code_);
  Napi::Object details = Napi::Object::New(env);
  for (const auto& [key, value] : details_) details.Set(key, value);
  error.Set("details", details);
  return error;
}

}  // namespace mli

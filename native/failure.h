#ifndef MLI_NATIVE_FAILURE_H_
#define MLI_NATIVE_FAILURE_H_

#include <napi.h>

#include <exception>
#include <map>
#include <string>

namespace mli {

// Why a call cannot be done: a code and the values that belong to it. The sentences are written in
// src/errors/catalogue/engine.ts; no prose crosses the boundary except the runtime's own text.
class Failure : public std::exception {
 public:
  using Details = std::map<std::string, std::string>;

  Failure(std::string code, Details details) : code_(std::move(code)), details_(std::move(details)) {}

  const char* what() const noexcept override { return code_.c_str(); }
  const std::string& code() const { return code_; }

  // An Error with `code` and `details`. JS thread only.
  Napi::Error ToError(Napi::Env env) const;

 private:
  std::string code_;
  Details details_;
};

// The value of `body`, a promise; a Failure that it throws becomes a rejected promise. JS thread only.
template <typename Body>
Napi::Value PromiseOf(Napi::Env env, Body&& body) {
  try {
    return body();
  } catch (const Failure& failure) {
    const Napi::Promise::Deferred deferred = Napi::Promise::Deferred::New(env);
    deferred.Reject(failure.ToError(env).Value());
    return deferred.Promise();
  }
}

}  // namespace mli

#endif  // MLI_NATIVE_FAILURE_H_

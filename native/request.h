#ifndef MLI_NATIVE_REQUEST_H_
#define MLI_NATIVE_REQUEST_H_

#include <napi.h>

#include <optional>
#include <string>

#include "failure.h"

namespace mli {

// One asynchronous call from JavaScript: made on the JS thread, performed on a worker thread, settled on the
// JS thread.
class Request {
 public:
  explicit Request(Napi::Env env) : deferred_(Napi::Promise::Deferred::New(env)) {}
  virtual ~Request() = default;
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  // JS thread.
  Napi::Promise promise() const { return deferred_.Promise(); }

  // Worker thread. Whatever is thrown, by us or through DLR's C API, is kept for Settle().
  void Perform() noexcept;

  // JS thread: resolves or rejects the promise.
  void Settle(Napi::Env env);

 protected:
  // Worker thread.
  virtual void Execute() = 0;

  // JS thread, after Execute() has succeeded: what the promise resolves to.
  virtual Napi::Value Result(Napi::Env env) = 0;

  // JS thread, in either case, before the promise is settled.
  virtual void Finish(Napi::Env env, bool succeeded) = 0;

  // What to reject with where DLR failed or something else was thrown, with its text.
  virtual Failure FailureOf(const std::string& text) const = 0;

 private:
  Napi::Promise::Deferred deferred_;
  std::optional<Failure> failure_;
};

}  // namespace mli

#endif  // MLI_NATIVE_REQUEST_H_

#include "request.h"

namespace mli {

void Request::Perform() noexcept {
  try {
    Execute();
  } catch (const Failure& failure) {
    failure_ = failure;
  } catch (const std::exception& exception) {
    failure_ = FailureOf(exception.what());
  } catch (...) {
    failure_ = FailureOf("exception of an unknown type");
  }
}

void Request::Settle(Napi::Env env) {
  Finish(env, !failure_);
  if (failure_) {
    deferred_.Reject(failure_->ToError(env).Value());
    return;
  }
  try {
    deferred_.Resolve(Result(env));
  } catch (const Napi::Error& error) {
    deferred_.Reject(error.Value());
  }
}

}  // namespace mli

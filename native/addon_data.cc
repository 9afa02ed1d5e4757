#include "addon_data.h"

#include <algorithm>

#include "failure.h"
#include "model.h"

namespace mli {

AddonData::AddonData(Napi::Env env) : env_(env) {
  completions_ = Completions::New(env, "mli_dlr", 0, 1, this);
  completions_.Unref(env);
  // Hooks run last in, first out: ours stops the threads before the function that they call is closed.
  env.AddCleanupHook([](AddonData* data) { data->Shutdown(); }, this);
}

AddonData::~AddonData() { Shutdown(); }

AddonData& AddonData::Of(Napi::Env env) { return *env.GetInstanceData<AddonData>(); }

WorkerThread& AddonData::Borrow(int pool_threads) {
  if (shut_down_) throw Failure("ADDON_SHUT_DOWN", {});
  const auto found = std::find_if(idle_.begin(), idle_.end(), [&](const WorkerThread* thread) {
    return thread->pool_threads() == pool_threads;
  });
  if (found != idle_.end()) {
    WorkerThread& thread = **found;
    idle_.erase(found);
    return thread;
  }
  threads_.push_back(std::make_unique<WorkerThread>(pool_threads, [this](std::unique_ptr<Request> request) {
    // Worker thread. The queue has no limit, so this cannot fail while the environment lives, and Shutdown()
    // ends the thread before it dies.
    completions_.NonBlockingCall(request.release());
  }));
  return *threads_.back();
}

void AddonData::Return(WorkerThread& thread) { idle_.push_back(&thread); }

void AddonData::Post(WorkerThread& thread, std::unique_ptr<Request> request) {
  if (shut_down_) throw Failure("ADDON_SHUT_DOWN", {});
  if (pending_++ == 0) completions_.Ref(env_);
  thread.Post(std::move(request));
}

void AddonData::Deliver(Napi::Env env, Napi::Function, AddonData* data, Request* request) {
  const std::unique_ptr<Request> owned(request);
  if (env == nullptr) return;  // the environment is ending: nobody can receive the result
  if (--data->pending_ == 0) data->completions_.Unref(env);
  try {
    owned->Settle(env);
  } catch (const Napi::Error&) {
    // A promise cannot be settled when its worker_thread is being terminated; no JavaScript is left to wait
    // for it.
  }
}

void AddonData::Shutdown() {
  shut_down_ = true;
  for (const auto& thread : threads_) thread->Stop();
  for (const auto& session : sessions_) {
    session->model.reset();
    session->deleted = true;
  }
  sessions_.clear();
}

}  // namespace mli

#ifndef MLI_NATIVE_ADDON_DATA_H_
#define MLI_NATIVE_ADDON_DATA_H_

#include <napi.h>

#include <memory>
#include <set>
#include <vector>

#include "request.h"
#include "worker_thread.h"

namespace mli {

struct ModelSession;

// Everything that belongs to one environment: the main thread's or that of a worker_thread. JS thread only,
// but for the completions that worker threads send.
class AddonData {
 public:
  explicit AddonData(Napi::Env env);
  ~AddonData();
  AddonData(const AddonData&) = delete;
  AddonData& operator=(const AddonData&) = delete;

  static AddonData& Of(Napi::Env env);

  // A thread without a model, whose TVM pool has `pool_threads` threads or is not started yet. Throws after
  // Shutdown().
  WorkerThread& Borrow(int pool_threads);
  void Return(WorkerThread& thread);

  // Keeps the event loop alive until the request is settled. Throws Failure ADDON_SHUT_DOWN.
  void Post(WorkerThread& thread, std::unique_ptr<Request> request);

  // A session is kept from the end of its load to the end of its dispose().
  void Keep(const std::shared_ptr<ModelSession>& session) { sessions_.insert(session); }
  void Forget(const std::shared_ptr<ModelSession>& session) { sessions_.erase(session); }

  // Waits for what is in flight, ends all threads and deletes all models. At the end of the environment it
  // is called by itself; process.exit() does not end the main environment in order, so the TypeScript half
  // calls it on 'exit'. Idempotent.
  void Shutdown();

  Napi::FunctionReference model_constructor;
  // The session of the Model that is being constructed: JavaScript has no way to pass one.
  std::shared_ptr<ModelSession> adopting;

 private:
  static void Deliver(Napi::Env env, Napi::Function, AddonData* data, Request* request);
  using Completions = Napi::TypedThreadSafeFunction<AddonData, Request, Deliver>;

  Napi::Env env_;
  Completions completions_;
  std::vector<std::unique_ptr<WorkerThread>> threads_;
  std::vector<WorkerThread*> idle_;
  std::set<std::shared_ptr<ModelSession>> sessions_;
  size_t pending_ = 0;
  bool shut_down_ = false;
};

}  // namespace mli

#endif  // MLI_NATIVE_ADDON_DATA_H_

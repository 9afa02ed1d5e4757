#ifndef MLI_NATIVE_ADDON_DATA_H_
#define MLI_NATIVE_ADDON_DATA_H_

#include <napi.h>

#include <memory>
#include <vector>

#include "request.h"
#include "worker_thread.h"

namespace mli {

// Everything that belongs to one environment: the main thread's or that of a worker_thread. JS thread only, but for the
// completions that worker threads send.
class AddonData {
 public:
  explicit AddonData(Napi::Env env);
  ~AddonData();
  AddonData(const AddonData&) = delete;
  AddonData& operator=(const AddonData&) = delete;

  static AddonData& Of(Napi::Env env);

  // A thread without a model, whose TVM pool has `pool_threads` threads or is not started yet. Throws after Shutdown().
  WorkerThread& Borrow(int pool_threads);
  void Return(WorkerThread& thread);

  // Keeps the event loop alive until the request is settled.
  void Post(WorkerThread& thread, std::unique_ptr<Request> request);

  // Waits for what is in flight and ends all threads. At the end of the environment it is called by itself; process.exit()
  // does not end the main environment in order, so the TypeScript half calls it on 'exit'. Idempotent.
  void Shutdown();
  bool is_shut_down() const { return shut_down_; }

  Napi::FunctionReference model_constructor;

 private:
  static void Deliver(Napi::Env env, Napi::Function, AddonData* data, Request* request);
  using Completions = Napi::TypedThreadSafeFunction<AddonData, Request, Deliver>;

  Napi::Env env_;
  Completions completions_;
  std::vector<std::unique_ptr<WorkerThread>> threads_;
  std::vector<WorkerThread*> idle_;
  size_t pending_ = 0;
  bool shut_down_ = false;
};

}  // namespace mli

#endif  // MLI_NATIVE_ADDON_DATA_H_

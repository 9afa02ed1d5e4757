#ifndef MLI_NATIVE_WORKER_THREAD_H_
#define MLI_NATIVE_WORKER_THREAD_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "request.h"

namespace mli {

// A thread that performs requests one after the other, in the order in which they were posted.
//
// Each model has one to itself and does not use libuv's pool: a model that hangs must not take the file and
// DNS calls of the process with it (the pool has four threads), and TVM makes one pool of its own for every
// thread that calls it and never frees it. For the same reason threads are not ended with their model but
// handed to the next one (AddonData).
class WorkerThread {
 public:
  using Completion = std::function<void(std::unique_ptr<Request>)>;

  // `completed` is called on the worker thread with each request that was performed.
  WorkerThread(int pool_threads, Completion completed);
  ~WorkerThread() { Stop(); }
  WorkerThread(const WorkerThread&) = delete;
  WorkerThread& operator=(const WorkerThread&) = delete;

  // Size of the TVM pool that belongs to this thread.
  int pool_threads() const { return pool_threads_; }

  void Post(std::unique_ptr<Request> request);

  // Waits for the request in flight and ends the thread; requests that have not begun are dropped.
  // Idempotent.
  void Stop();

 private:
  void Loop();

  const int pool_threads_;
  const Completion completed_;
  std::mutex lock_;
  std::condition_variable changed_;
  std::deque<std::unique_ptr<Request>> queue_;
  bool stopping_ = false;
  std::thread thread_;  // last: it starts when all else is there
};

}  // namespace mli

#endif  // MLI_NATIVE_WORKER_THREAD_H_

#include "worker_thread.h"

#include <pthread.h>

namespace mli {

WorkerThread::WorkerThread(int pool_threads, Completion completed)
    : pool_threads_(pool_threads), completed_(std::move(completed)), thread_([this] { Loop(); }) {}

void WorkerThread::Post(std::unique_ptr<Request> request) {
  {
    const std::lock_guard<std::mutex> guard(lock_);
    queue_.push_back(std::move(request));
  }
  changed_.notify_one();
}

void WorkerThread::Stop() {
  {
    const std::lock_guard<std::mutex> guard(lock_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
  queue_.clear();
}

void WorkerThread::Loop() {
  pthread_setname_np(pthread_self(), "mli-dlr");
  for (;;) {
    std::unique_ptr<Request> request;
    {
      std::unique_lock<std::mutex> guard(lock_);
      changed_.wait(guard, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) return;
      request = std::move(queue_.front());
      queue_.pop_front();
    }
    request->Perform();
    completed_(std::move(request));
  }
}

}  // namespace mli

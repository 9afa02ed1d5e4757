#ifndef MLI_NATIVE_THREAD_COUNT_H_
#define MLI_NATIVE_THREAD_COUNT_H_

#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace mli {

// Holds the sizes of the thread pools that TVM and treelite start on the calling thread.
//
// Both read them from the process's environment: treelite when a model is created, TVM when a thread makes
// its first parallel call (TVM has one pool for each calling thread, which is why each model keeps to a
// thread of its own). SetDLRNumThreads does no more than set TVM's variable. So that models with different
// counts can load side by side, the variables are set for the moment of the call only, under a lock for the
// whole process, and put back. (A model that never comes back from its first run keeps others from loading:
// such a process has to be replaced anyway.)
//
// Treelite gets one thread whatever is asked for: libdlr never ends a pool of treelite's, and its threads
// spin.
class ThreadCount {
 public:
  explicit ThreadCount(int tvm_threads);
  ~ThreadCount();
  ThreadCount(const ThreadCount&) = delete;
  ThreadCount& operator=(const ThreadCount&) = delete;

 private:
  struct Variable {
    const char* name;
    std::optional<std::string> before;
  };
  void Set(const char* name, const std::string& value);

  std::unique_lock<std::mutex> lock_;
  std::vector<Variable> variables_;
};

}  // namespace mli

#endif  // MLI_NATIVE_THREAD_COUNT_H_

#include "thread_count.h"

#include <cstdlib>

namespace mli {
namespace {

// The environment belongs to the process, so its lock does too. Beside the buffer of StandardErrorTee it is
// the only static of the addon.
std::mutex& EnvironmentLock() {
  static std::mutex lock;
  return lock;
}

}  // namespace

ThreadCount::ThreadCount(int tvm_threads) : lock_(EnvironmentLock()) {
  variables_.reserve(3);
  Set("TVM_NUM_THREADS", std::to_string(tvm_threads));
  Set("OMP_NUM_THREADS", "1");
  // Bound threads of several processes meet on the same first cores: only an operator who knows the machine
  // asks for it.
  if (std::getenv("TVM_BIND_THREADS") == nullptr) Set("TVM_BIND_THREADS", "0");
}

ThreadCount::~ThreadCount() {
  for (const Variable& variable : variables_) {
    if (variable.before) {
      setenv(variable.name, variable.before->c_str(), 1);
    } else {
      unsetenv(variable.name);
    }
  }
}

void ThreadCount::Set(const char* name, const std::string& value) {
  const char* before = std::getenv(name);
  variables_.push_back({name, before == nullptr ? std::nullopt : std::optional<std::string>(before)});
  setenv(name, value.c_str(), 1);
}

}  // namespace mli

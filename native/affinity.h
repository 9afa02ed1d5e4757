#ifndef MLI_NATIVE_AFFINITY_H_
#define MLI_NATIVE_AFFINITY_H_

#include <pthread.h>
#include <sched.h>

namespace mli {

// Puts the calling thread back on the processors that it may use now. Treelite binds the thread that creates
// a model to the first processor, where all tree models of the machine would meet.
class Affinity {
 public:
  Affinity() { known_ = pthread_getaffinity_np(pthread_self(), sizeof before_, &before_) == 0; }
  ~Affinity() {
    if (known_) pthread_setaffinity_np(pthread_self(), sizeof before_, &before_);
  }
  Affinity(const Affinity&) = delete;
  Affinity& operator=(const Affinity&) = delete;

 private:
  cpu_set_t before_;
  bool known_;
};

}  // namespace mli

#endif  // MLI_NATIVE_AFFINITY_H_

#ifndef MLI_NATIVE_STANDARD_ERROR_TEE_H_
#define MLI_NATIVE_STANDARD_ERROR_TEE_H_

#include <streambuf>
#include <string>

namespace mli {

// Listens to what the calling thread writes to std::cerr, which is still written.
//
// DLR 1.5 and 1.6 catch what goes wrong in CreateDLRModel, log it there, and leave DLRGetLastError() as it
// was: the log is the only place where the reason is. There may be one in the process at a time;
// ThreadCount's lock sees to that.
class StandardErrorTee {
 public:
  StandardErrorTee();
  ~StandardErrorTee();
  StandardErrorTee(const StandardErrorTee&) = delete;
  StandardErrorTee& operator=(const StandardErrorTee&) = delete;

  std::string text() const;

 private:
  std::streambuf* before_;
};

}  // namespace mli

#endif  // MLI_NATIVE_STANDARD_ERROR_TEE_H_

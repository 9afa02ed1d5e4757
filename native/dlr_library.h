#ifndef MLI_NATIVE_DLR_LIBRARY_H_
#define MLI_NATIVE_DLR_LIBRARY_H_

#include <cstdint>
#include <memory>
#include <string>

namespace mli {

using DlrHandle = void*;

// The functions of DLR's C API that are used, as libdlr.so exports them. Each returns 0, or non-zero and
// then DLRGetLastError() has the text, on the thread that made the call. The name of a member is the name of
// the symbol.
struct DlrApi {
  int (*CreateDLRModel)(DlrHandle*, const char* model_path, int device_type, int device_id);
  int (*DeleteDLRModel)(DlrHandle*);
  int (*RunDLRModel)(DlrHandle*);
  int (*GetDLRNumInputs)(DlrHandle*, int*);
  int (*GetDLRNumOutputs)(DlrHandle*, int*);
  int (*GetDLRInputName)(DlrHandle*, int index, const char**);
  int (*GetDLRInputType)(DlrHandle*, int index, const char**);
  int (*GetDLRInputSizeDim)(DlrHandle*, int index, int64_t* size, int* rank);
  int (*GetDLRInputShape)(DlrHandle*, int index, int64_t* shape);
  int (*SetDLRInput)(DlrHandle*, const char* name, const int64_t* shape, const void* data, int rank);
  int (*GetDLROutput)(DlrHandle*, int index, void*);
  int (*GetDLROutputSizeDim)(DlrHandle*, int index, int64_t* size, int* rank);
  int (*GetDLROutputShape)(DlrHandle*, int index, int64_t* shape);
  int (*GetDLROutputType)(DlrHandle*, int index, const char**);
  int (*GetDLRBackend)(DlrHandle*, const char**);
  int (*GetDLRVersion)(const char**);
  const char* (*DLRGetLastError)();

  // Null where the library is older than the symbol, or was built without it.
  int (*GetDLRNumWeights)(DlrHandle*, int*);
  int (*GetDLRHasMetadata)(DlrHandle*, bool*);
  int (*GetDLROutputName)(DlrHandle*, int index, const char**);
  int (*SetDLRInputTensorZeroCopy)(DlrHandle*, const char* name, void* dl_tensor);
};

// A libdlr.so that is open. It is never closed: its thread pools and thread-local data live until the
// process ends.
class DlrLibrary {
 public:
  // Opens the file at `path`; opening it again only counts a reference. Any thread. Throws Failure
  // LIBDLR_UNLOADABLE with the dynamic loader's text, LIBDLR_TOO_OLD with the missing symbol.
  explicit DlrLibrary(const std::string& path);

  const DlrApi& api() const { return api_; }
  const std::string& version() const { return version_; }

 private:
  DlrApi api_{};
  std::string version_;
};

}  // namespace mli

#endif  // MLI_NATIVE_DLR_LIBRARY_H_

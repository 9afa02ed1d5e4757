#include "dlr_library.h"

#include <dlfcn.h>

#include <cstring>

#include "failure.h"

namespace mli {
namespace {

std::string LoaderText() {
  const char* text = dlerror();
  return text == nullptr ? "" : text;
}

template <typename Function>
void ResolveOptional(void* library, const char* symbol, Function*& target) {
  target = reinterpret_cast<Function*>(dlsym(library, symbol));
}

template <typename Function>
void Resolve(void* library, const std::string& path, const char* symbol, Function*& target) {
  ResolveOptional(library, symbol, target);
  if (target == nullptr) throw Failure("LIBDLR_TOO_OLD", {{"path", path}, {"symbol", symbol}});
}

// Old releases return the address of a string that is gone: what does not look like a version is none.
std::string VersionIn(const char* text) {
  const std::string start(text, strnlen(text, 16));
  const bool plain = !start.empty() && start.find_first_not_of("0123456789.") == std::string::npos;
  return plain ? start : "unknown";
}

}  // namespace

DlrLibrary::DlrLibrary(const std::string& path) {
  // Now: a library that lacks something fails here and not in the middle of a run. Local: two versions in
  // one process, or another copy of TVM, must not see each other's symbols.
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw Failure("LIBDLR_UNLOADABLE", {{"path", path}, {"text", LoaderText()}});

#define MLI_REQUIRED(symbol) Resolve(library, path, #symbol, api_.symbol)
#define MLI_OPTIONAL(symbol) ResolveOptional(library, #symbol, api_.symbol)
  MLI_REQUIRED(CreateDLRModel);
  MLI_REQUIRED(DeleteDLRModel);
  MLI_REQUIRED(RunDLRModel);
  MLI_REQUIRED(GetDLRNumInputs);
  MLI_REQUIRED(GetDLRNumOutputs);
  MLI_REQUIRED(GetDLRInputName);
  MLI_REQUIRED(GetDLRInputType);
  MLI_REQUIRED(GetDLRInputSizeDim);
  MLI_REQUIRED(GetDLRInputShape);
  MLI_REQUIRED(SetDLRInput);
  MLI_REQUIRED(GetDLROutput);
  MLI_REQUIRED(GetDLROutputSizeDim);
  MLI_REQUIRED(GetDLROutputShape);
  MLI_REQUIRED(GetDLROutputType);
  MLI_REQUIRED(GetDLRBackend);
  MLI_REQUIRED(GetDLRVersion);
  MLI_REQUIRED(DLRGetLastError);
  MLI_OPTIONAL(GetDLRNumWeights);
  MLI_OPTIONAL(GetDLRHasMetadata);
  MLI_OPTIONAL(GetDLROutputName);
  MLI_OPTIONAL(SetDLRInputTensorZeroCopy);
#undef MLI_REQUIRED
#undef MLI_OPTIONAL

  const char* version = nullptr;
  if (api_.GetDLRVersion(&version) == 0 && version != nullptr) version_ = VersionIn(version);
}

}  // namespace mli

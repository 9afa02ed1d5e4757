#include "ort_library.h"

#include <dlfcn.h>

#include "failure.h"

namespace mli {
namespace {

// The version of the C API that is asked for: that of ONNX Runtime 1.17. Newer libraries offer it too.
constexpr uint32_t kApiVersion = 17;

// What the library's only symbol of interest returns.
struct OrtApiBase {
  const void* const* (*GetApi)(uint32_t version);
  const char* (*GetVersionString)();
};

}  // namespace

OrtLibrary::OrtLibrary(const std::string& path) {
  const auto unloadable = [&](const std::string& text) {
    return Failure("ONNXRUNTIME_UNLOADABLE", {{"path", path}, {"text", text}});
  };
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* text = dlerror();
    throw unloadable(text == nullptr ? "" : text);
  }
  const auto get_base = reinterpret_cast<const OrtApiBase* (*)()>(dlsym(library, "OrtGetApiBase"));
  if (get_base == nullptr) throw unloadable("it has no OrtGetApiBase, so it is not ONNX Runtime");
  version_ = get_base()->GetVersionString();
  const void* const* table = get_base()->GetApi(kApiVersion);
  if (table == nullptr) throw unloadable("it is ONNX Runtime " + version_ + ", older than 1.17");

#define MLI_AT(place, function) \
  api_.function = reinterpret_cast<decltype(api_.function)>(const_cast<void*>(table[place]))
  MLI_AT(2, GetErrorMessage);
  MLI_AT(3, CreateEnv);
  MLI_AT(7, CreateSession);
  MLI_AT(9, Run);
  MLI_AT(10, CreateSessionOptions);
  MLI_AT(24, SetIntraOpNumThreads);
  MLI_AT(25, SetInterOpNumThreads);
  MLI_AT(30, SessionGetInputCount);
  MLI_AT(31, SessionGetOutputCount);
  MLI_AT(33, SessionGetInputTypeInfo);
  MLI_AT(34, SessionGetOutputTypeInfo);
  MLI_AT(36, SessionGetInputName);
  MLI_AT(37, SessionGetOutputName);
  MLI_AT(49, CreateTensorWithDataAsOrtValue);
  MLI_AT(51, GetTensorMutableData);
  MLI_AT(55, CastTypeInfoToTensorInfo);
  MLI_AT(60, GetTensorElementType);
  MLI_AT(61, GetDimensionsCount);
  MLI_AT(62, GetDimensions);
  MLI_AT(65, GetTensorTypeAndShape);
  MLI_AT(69, CreateCpuMemoryInfo);
  MLI_AT(76, AllocatorFree);
  MLI_AT(78, GetAllocatorWithDefaultOptions);
  MLI_AT(92, ReleaseEnv);
  MLI_AT(93, ReleaseStatus);
  MLI_AT(94, ReleaseMemoryInfo);
  MLI_AT(95, ReleaseSession);
  MLI_AT(96, ReleaseValue);
  MLI_AT(98, ReleaseTypeInfo);
  MLI_AT(99, ReleaseTensorInfo);
  MLI_AT(100, ReleaseSessionOptions);
  MLI_AT(130, AddSessionConfigEntry);
#undef MLI_AT
}

}  // namespace mli

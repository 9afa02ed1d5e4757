#ifndef MLI_NATIVE_LOAD_OPTIONS_H_
#define MLI_NATIVE_LOAD_OPTIONS_H_

#include <napi.h>

#include <string>

#include "runtime_model.h"

namespace mli {

struct RuntimeLibrary {
  Runtime runtime;
  std::string path;
};

// Reads {runtime, library}. Throws Failure OPTION_INVALID.
RuntimeLibrary ParseLibrary(const Napi::Value& value);

// Reads {runtime, library, path, deviceType, deviceId, threads}. Throws Failure OPTION_INVALID.
ModelOptions ParseLoadOptions(const Napi::Value& value);

}  // namespace mli

#endif  // MLI_NATIVE_LOAD_OPTIONS_H_

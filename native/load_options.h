#ifndef MLI_NATIVE_LOAD_OPTIONS_H_
#define MLI_NATIVE_LOAD_OPTIONS_H_

#include <napi.h>

#include "runtime_model.h"

namespace mli {

// Reads {runtime, library, path, deviceType, deviceId, threads}. Throws Failure OPTION_INVALID.
ModelOptions ParseLoadOptions(const Napi::Value& value);

}  // namespace mli

#endif  // MLI_NATIVE_LOAD_OPTIONS_H_

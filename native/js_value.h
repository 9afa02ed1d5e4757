#ifndef MLI_NATIVE_JS_VALUE_H_
#define MLI_NATIVE_JS_VALUE_H_

#include <napi.h>

#include <string>

#include "tensor.h"

namespace mli {

// A JavaScript value for an error message: "Float32Array of 12 elements", "number 3.5", "string \"x\"",
// "undefined".
std::string Describe(const Napi::Value& value);

// The typed array that holds a dtype: "Float32Array"; float16 travels in a Uint16Array, bool in a
// Uint8Array.
std::string TypedArrayName(DType dtype);

// True where the typed array is of the class that holds the dtype.
bool Holds(const Napi::TypedArray& array, DType dtype);

// A new typed array of the class that holds the dtype, on all of the buffer.
Napi::Value NewTypedArray(Napi::Env env, DType dtype, Napi::ArrayBuffer buffer);

Napi::Array ToArray(Napi::Env env, const Shape& shape);

}  // namespace mli

#endif  // MLI_NATIVE_JS_VALUE_H_

#include "js_value.h"

#include <sstream>

namespace mli {
namespace {

napi_typedarray_type ArrayType(DType dtype) {
  switch (dtype) {
    case DType::kFloat32:
      return napi_float32_array;
    case DType::kFloat64:
      return napi_float64_array;
    case DType::kInt8:
      return napi_int8_array;
    case DType::kUint8:
    case DType::kBool:
      return napi_uint8_array;
    case DType::kInt16:
      return napi_int16_array;
    case DType::kFloat16:
    case DType::kUint16:
      return napi_uint16_array;
    case DType::kInt32:
      return napi_int32_array;
    case DType::kUint32:
      return napi_uint32_array;
    case DType::kInt64:
      return napi_bigint64_array;
    case DType::kUint64:
      break;
  }
  return napi_biguint64_array;
}

std::string ArrayName(napi_typedarray_type type) {
  switch (type) {
    case napi_int8_array:
      return "Int8Array";
    case napi_uint8_array:
      return "Uint8Array";
    case napi_uint8_clamped_array:
      return "Uint8ClampedArray";
    case napi_int16_array:
      return "Int16Array";
    case napi_uint16_array:
      return "Uint16Array";
    case napi_int32_array:
      return "Int32Array";
    case napi_uint32_array:
      return "Uint32Array";
    case napi_float32_array:
      return "Float32Array";
    case napi_float64_array:
      return "Float64Array";
    case napi_bigint64_array:
      return "BigInt64Array";
    case napi_biguint64_array:
      return "BigUint64Array";
    default:  // newer than the headers that this is built with
      return "typed array";
  }
}

}  // namespace

std::string Describe(const Napi::Value& value) {
  switch (value.Type()) {
    case napi_undefined:
      return "undefined";
    case napi_null:
      return "null";
    case napi_boolean:
      return value.As<Napi::Boolean>() ? "true" : "false";
    case napi_number: {
      std::ostringstream text;
      text << "number " << value.As<Napi::Number>().DoubleValue();
      return text.str();
    }
    case napi_string:
      return "string \"" + value.As<Napi::String>().Utf8Value() + "\"";
    case napi_symbol:
      return "symbol";
    case napi_function:
      return "function";
    case napi_bigint:
      return "bigint";
    default:
      break;
  }
  if (value.IsTypedArray()) {
    const auto array = value.As<Napi::TypedArray>();
    return ArrayName(array.TypedArrayType()) + " of " + std::to_string(array.ElementLength()) + " elements";
  }
  return value.IsArray() ? "array" : "object";
}

std::string TypedArrayName(DType dtype) { return ArrayName(ArrayType(dtype)); }

bool Holds(const Napi::TypedArray& array, DType dtype) { return array.TypedArrayType() == ArrayType(dtype); }

Napi::Value NewTypedArray(Napi::Env env, DType dtype, Napi::ArrayBuffer buffer) {
  napi_value array = nullptr;
  const size_t length = buffer.ByteLength() / BytesPerElement(dtype);
  const napi_status status = napi_create_typedarray(env, ArrayType(dtype), length, buffer, 0, &array);
  if (status != napi_ok) throw Napi::Error::New(env);
  return Napi::Value(env, array);
}

Napi::Array ToArray(Napi::Env env, const Shape& shape) {
  Napi::Array array = Napi::Array::New(env, shape.size());
  for (uint32_t i = 0; i < shape.size(); ++i) array.Set(i, static_cast<double>(shape[i]));
  return array;
}

}  // namespace mli

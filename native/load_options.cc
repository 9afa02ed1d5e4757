#include "load_options.h"

#include <cmath>

#include "failure.h"
#include "js_value.h"

namespace mli {
namespace {

std::string ReadString(const Napi::Object& options, const char* name) {
  const Napi::Value value = options.Get(name);
  if (value.IsString()) {
    std::string text = value.As<Napi::String>().Utf8Value();
    // A NUL would end the path early on its way through C.
    if (!text.empty() && text.find('\0') == std::string::npos) return text;
  }
  throw Failure("OPTION_INVALID", {{"option", name}, {"expected", "path"}, {"received", Describe(value)}});
}

int ReadInteger(const Napi::Object& options, const char* name, int min, int max) {
  const Napi::Value value = options.Get(name);
  if (value.IsNumber()) {
    const double number = value.As<Napi::Number>().DoubleValue();
    if (number >= min && number <= max && std::trunc(number) == number) return static_cast<int>(number);
  }
  const std::string range = "integer " + std::to_string(min) + ".." + std::to_string(max);
  throw Failure("OPTION_INVALID", {{"option", name}, {"expected", range}, {"received", Describe(value)}});
}

Runtime ReadRuntime(const Napi::Object& options) {
  const Napi::Value value = options.Get("runtime");
  const std::string name = value.IsString() ? value.As<Napi::String>().Utf8Value() : "";
  if (name == "dlr") return Runtime::kDlr;
  if (name == "onnx") return Runtime::kOnnx;
  throw Failure("OPTION_INVALID",
                {{"option", "runtime"}, {"expected", "dlr or onnx"}, {"received", Describe(value)}});
}

Napi::Object ReadOptions(const Napi::Value& value) {
  if (value.IsObject()) return value.As<Napi::Object>();
  throw Failure("OPTION_INVALID",
                {{"option", "options"}, {"expected", "object"}, {"received", Describe(value)}});
}

}  // namespace

RuntimeLibrary ParseLibrary(const Napi::Value& value) {
  const Napi::Object options = ReadOptions(value);
  return {ReadRuntime(options), ReadString(options, "library")};
}

ModelOptions ParseLoadOptions(const Napi::Value& value) {
  const Napi::Object options = ReadOptions(value);
  return {
      ReadRuntime(options),
      ReadString(options, "library"),
      ReadString(options, "path"),
      ReadInteger(options, "deviceType", 1, 64),
      ReadInteger(options, "deviceId", 0, 255),
      ReadInteger(options, "threads", 1, 1024),
  };
}

}  // namespace mli

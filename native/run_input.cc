#include "run_input.h"

#include <cmath>

#include "failure.h"
#include "js_value.h"

namespace mli {
namespace {

Failure Invalid(const std::string& input, const std::string& expected, const std::string& received) {
  return Failure("INPUT_INVALID", {{"input", input}, {"expected", expected}, {"received", received}});
}

Napi::Object ReadObject(const Napi::Value& value, const std::string& name) {
  if (!value.IsObject()) throw Invalid(name, "object", Describe(value));
  return value.As<Napi::Object>();
}

int64_t ReadDimension(const Napi::Value& value, const std::string& name) {
  if (value.IsNumber()) {
    const double number = value.As<Napi::Number>().DoubleValue();
    if (number >= 1 && number <= 0x1p53 && std::trunc(number) == number) return static_cast<int64_t>(number);
  }
  throw Invalid(name, "integer of at least 1", Describe(value));
}

Shape ReadShape(const Napi::Value& value, const std::string& name) {
  if (!value.IsArray()) throw Invalid(name, "array", Describe(value));
  const auto array = value.As<Napi::Array>();
  Shape shape;
  // No tensor that DLR takes has more dimensions; a sparse array of 2^32 must not keep us busy.
  const uint32_t rank = array.Length();
  if (rank > 32) throw Invalid(name, "at most 32 dimensions", std::to_string(rank));
  for (uint32_t i = 0; i < rank; ++i)
    shape.push_back(ReadDimension(array.Get(i), name + "[" + std::to_string(i) + "]"));
  return shape;
}

// Address of the first element, after the last line of the caller's JavaScript has run: a getter may have
// detached the array, so its length is asked for here and not taken from the wrapper, which remembers.
const void* CheckedData(const Napi::TypedArray& array, size_t elements, const std::string& name,
                        DType dtype) {
  void* data = nullptr;
  size_t length = 0;
  if (napi_get_typedarray_info(array.Env(), array, nullptr, &length, &data, nullptr, nullptr) != napi_ok) {
    throw Napi::Error::New(array.Env());
  }
  const auto count = [&](size_t n) {
    return TypedArrayName(dtype) + " of " + std::to_string(n) + " elements";
  };
  if (length != elements) throw Invalid(name, count(elements), count(length));
  return data;
}

Napi::TypedArray ReadTypedArray(const Napi::Value& value, const std::string& name, DType dtype) {
  if (!value.IsTypedArray() || !Holds(value.As<Napi::TypedArray>(), dtype)) {
    throw Invalid(name, TypedArrayName(dtype), Describe(value));
  }
  const auto array = value.As<Napi::TypedArray>();
  // It may give its memory back in the middle of the run.
  if (array.ArrayBuffer().Get("resizable").ToBoolean()) {
    throw Invalid(name, TypedArrayName(dtype) + " of a fixed ArrayBuffer",
                  TypedArrayName(dtype) + " of a resizable one");
  }
  return array;
}

void RefuseUnknownNames(const Napi::Object& tensors, const ModelMetadata& metadata) {
  const Napi::Array names = tensors.GetPropertyNames();
  for (uint32_t i = 0; i < names.Length(); ++i) {
    const std::string name = names.Get(i).ToString().Utf8Value();
    std::string known;
    bool found = false;
    for (const TensorInfo& info : metadata.inputs) {
      found = found || info.name == name;
      known += (known.empty() ? "" : ", ") + info.name;
    }
    if (!found) throw Invalid(name, "name of an input: " + known, "\"" + name + "\"");
  }
}

// Reads all inputs but `except` into `input`; their data are attached when no JavaScript runs any more.
std::vector<Napi::TypedArray> ReadTensors(const Napi::Object& tensors, const ModelMetadata& metadata,
                                          size_t except, RunInput& input) {
  std::vector<Napi::TypedArray> arrays(metadata.inputs.size());
  input.tensors.resize(metadata.inputs.size());
  RefuseUnknownNames(tensors, metadata);
  for (size_t i = 0; i < metadata.inputs.size(); ++i) {
    if (i == except) continue;
    const TensorInfo& info = metadata.inputs[i];
    const Napi::Value value = tensors.Get(info.name);
    if (!value.IsObject()) throw Invalid(info.name, info.Describe(), Describe(value));
    const auto tensor = value.As<Napi::Object>();
    const Napi::Value dtype = tensor.Get("dtype");
    if (!dtype.IsString() || dtype.As<Napi::String>().Utf8Value() != Name(info.dtype)) {
      throw Invalid(info.name + ".dtype", std::string(Name(info.dtype)), Describe(dtype));
    }
    Shape shape = ReadShape(tensor.Get("shape"), info.name + ".shape");
    if (!Fits(shape, info.shape) || !ElementCount(shape)) {
      throw Invalid(info.name + ".shape", ToString(info.shape), ToString(shape));
    }
    arrays[i] = ReadTypedArray(tensor.Get("data"), info.name + ".data", info.dtype);
    input.tensors[i] = {nullptr, std::move(shape)};
  }
  return arrays;
}

void AttachData(const std::vector<Napi::TypedArray>& arrays, const ModelMetadata& metadata, RunInput& input) {
  for (size_t i = 0; i < arrays.size(); ++i) {
    if (arrays[i].IsEmpty()) continue;
    const TensorInfo& info = metadata.inputs[i];
    TensorInput& tensor = input.tensors[i];
    tensor.data = CheckedData(arrays[i], ElementCount(tensor.shape).value(), info.name + ".data", info.dtype);
    input.kept.push_back(Napi::Persistent(arrays[i].As<Napi::Object>()));
  }
}

std::array<float, 3> ReadPerChannel(const Napi::Value& value, const std::string& name, size_t channels) {
  std::array<float, 3> numbers{};
  if (!value.IsArray() || value.As<Napi::Array>().Length() != channels) {
    throw Invalid(name, "array of " + std::to_string(channels) + " numbers", Describe(value));
  }
  for (size_t c = 0; c < channels; ++c) {
    const Napi::Value number = value.As<Napi::Array>().Get(static_cast<uint32_t>(c));
    const std::string element = name + "[" + std::to_string(c) + "]";
    if (!number.IsNumber()) throw Invalid(element, "number", Describe(number));
    numbers[c] = number.As<Napi::Number>().FloatValue();
    if (!std::isfinite(numbers[c])) throw Invalid(element, "finite number", Describe(number));
  }
  return numbers;
}

Normalization ReadNormalization(const Napi::Object& object) {
  Normalization normalization{};
  const std::string order = object.Get("colorOrder").ToString().Utf8Value();
  if (order == "RGB") {
    normalization.order = ColorOrder::kRgb;
  } else if (order == "BGR") {
    normalization.order = ColorOrder::kBgr;
  } else if (order == "GRAY") {
    normalization.order = ColorOrder::kGray;
  } else {
    throw Invalid("normalization.colorOrder", "RGB, BGR or GRAY", order);
  }
  const std::string layout = object.Get("layout").ToString().Utf8Value();
  if (layout != "NCHW" && layout != "NHWC") throw Invalid("normalization.layout", "NCHW or NHWC", layout);
  normalization.layout = layout == "NCHW" ? Layout::kNchw : Layout::kNhwc;
  const size_t channels = normalization.channels();
  normalization.mean = ReadPerChannel(object.Get("mean"), "normalization.mean", channels);
  normalization.std = ReadPerChannel(object.Get("std"), "normalization.std", channels);
  for (size_t c = 0; c < channels; ++c) {
    if (normalization.std[c] == 0)
      throw Invalid("normalization.std[" + std::to_string(c) + "]", "number other than 0", "0");
  }
  return normalization;
}

// The input that the picture is for: the only one, or the one that `name` says.
size_t PictureIndex(const Napi::Value& name, const ModelMetadata& metadata) {
  if (metadata.inputs.size() == 1 && name.IsUndefined()) return 0;
  std::string known;
  for (size_t i = 0; i < metadata.inputs.size(); ++i) {
    const std::string& candidate = metadata.inputs[i].name;
    if (name.IsString() && name.As<Napi::String>().Utf8Value() == candidate) return i;
    known += (known.empty() ? "" : ", ") + candidate;
  }
  throw Invalid("pictureInput", "name of an input: " + known, Describe(name));
}

// Reducing only: an enlarged picture would need pixels that are not there.
void ReadReduction(const Napi::Value& value, PictureInput& input) {
  input.width = input.picture.width;
  input.height = input.picture.height;
  if (value.IsUndefined()) return;
  const Napi::Object size = ReadObject(value, "picture.reduceTo");
  const auto read = [&](const char* name, size_t most) {
    const std::string path = std::string("picture.reduceTo.") + name;
    const auto length = static_cast<size_t>(ReadDimension(size.Get(name), path));
    if (length > most) throw Invalid(path, "at most " + std::to_string(most), std::to_string(length));
    return length;
  };
  input.width = read("width", input.picture.width);
  input.height = read("height", input.picture.height);
}

void ReadPicture(const Napi::Object& object, const Napi::Object& normalization, const ModelMetadata& metadata,
                 size_t index, RunInput& input) {
  const TensorInfo& info = metadata.inputs[index];
  PictureInput& result = input.picture.emplace();
  result.index = index;
  result.normalization = ReadNormalization(normalization);
  Picture& picture = result.picture;
  picture.width = static_cast<size_t>(ReadDimension(object.Get("width"), "picture.width"));
  picture.height = static_cast<size_t>(ReadDimension(object.Get("height"), "picture.height"));
  picture.channels = static_cast<size_t>(ReadDimension(object.Get("channels"), "picture.channels"));
  if ((picture.channels != 1 && picture.channels != 3) || !CanConvert(picture, result.normalization)) {
    throw Invalid("picture.channels", result.normalization.channels() == 1 ? "1" : "1 or 3",
                  std::to_string(picture.channels));
  }
  const Shape own{static_cast<int64_t>(picture.height), static_cast<int64_t>(picture.width),
                  static_cast<int64_t>(picture.channels)};
  const std::optional<size_t> elements = ElementCount(own);
  if (!elements) throw Invalid("picture", "a size that memory can hold", ToString(own));
  ReadReduction(object.Get("reduceTo"), result);
  result.shape = ShapeOf(result.width, result.height, result.normalization);
  // Some models declare no batch dimension.
  if (info.shape.size() == 3) result.shape.erase(result.shape.begin());
  if (!Fits(result.shape, info.shape) || !ElementCount(result.shape)) {
    throw Invalid("picture", info.Describe(), ToString(result.shape));
  }
  const Napi::TypedArray pixels = ReadTypedArray(object.Get("data"), "picture.data", DType::kUint8);
  picture.pixels = static_cast<const uint8_t*>(CheckedData(pixels, *elements, "picture.data", DType::kUint8));
  input.kept.push_back(Napi::Persistent(pixels.As<Napi::Object>()));
}

}  // namespace

RunInput ParseRunInput(const Napi::Value& value, const ModelMetadata& metadata) {
  const Napi::Object object = ReadObject(value, "input");
  const Napi::Value tensors = object.Get("tensors");
  const Napi::Value picture = object.Get("picture");
  RunInput input;
  std::vector<Napi::TypedArray> arrays;
  if (picture.IsUndefined() && !tensors.IsUndefined()) {
    arrays = ReadTensors(ReadObject(tensors, "tensors"), metadata, metadata.inputs.size(), input);
  } else {
    const Napi::Object pixels = ReadObject(picture, "picture");
    const size_t index = PictureIndex(object.Get("pictureInput"), metadata);
    if (metadata.inputs.size() > 1)
      arrays = ReadTensors(ReadObject(tensors, "tensors"), metadata, index, input);
    ReadPicture(pixels, ReadObject(object.Get("normalization"), "normalization"), metadata, index, input);
  }
  AttachData(arrays, metadata, input);
  return input;
}

}  // namespace mli

#ifndef MLI_NATIVE_RUN_INPUT_H_
#define MLI_NATIVE_RUN_INPUT_H_

#include <napi.h>

#include <optional>
#include <vector>

#include "picture.h"
#include "runtime_model.h"
#include "tensor.h"

namespace mli {

struct TensorInput {
  const void* data;
  Shape shape;
};

struct PictureInput {
  Picture picture;
  size_t width = 0;  // to which it is reduced first; its own where it is not
  size_t height = 0;
  Normalization normalization;
  Shape shape;   // of the tensor that it becomes
  size_t index;  // among the model's inputs
};

// What one run works on, checked against what the model declares. The memory belongs to the caller's typed
// arrays, which are kept from being collected, and not copied; the caller must not write to them or transfer
// them until the run is over.
struct RunInput {
  std::vector<TensorInput> tensors;  // in the order of the model's inputs; that of the picture is empty
  std::optional<PictureInput> picture;
  std::vector<Napi::ObjectReference> kept;
};

// Reads {tensors: {[name]: {dtype, shape, data}}} or {picture: {data, width, height, channels},
// normalization: {mean, std, colorOrder, layout}}; a picture that is larger than the input comes with
// {reduceTo: {width, height}}; a model of several inputs takes {pictureInput: name} and {tensors} for the
// others beside the picture. JS thread. Throws Failure INPUT_INVALID with {input, expected,
// received}.
RunInput ParseRunInput(const Napi::Value& value, const ModelMetadata& metadata);

}  // namespace mli

#endif  // MLI_NATIVE_RUN_INPUT_H_

#include "runtime_model.h"

#include "dlr_model.h"
#include "ort_model.h"

namespace mli {

std::unique_ptr<RuntimeModel> RuntimeModel::Load(const ModelOptions& options) {
  if (options.runtime == Runtime::kOnnx) return std::make_unique<OrtModel>(options);
  return std::make_unique<DlrModel>(options);
}

std::byte* RuntimeModel::Staging(size_t input) {
  staging_.resize(metadata_.inputs.size());
  AlignedBuffer& staging = staging_[input];
  if (staging == nullptr) {
    const TensorInfo& info = metadata_.inputs[input];
    staging = AllocateAligned(ElementCount(info.shape).value() * BytesPerElement(info.dtype));
  }
  return staging.get();
}

}  // namespace mli

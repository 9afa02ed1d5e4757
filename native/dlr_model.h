#ifndef MLI_NATIVE_DLR_MODEL_H_
#define MLI_NATIVE_DLR_MODEL_H_

#include <string>
#include <vector>

#include "dl_tensor.h"
#include "dlr_library.h"
#include "runtime_model.h"

namespace mli {

// Owner of one DLR model handle.
class DlrModel : public RuntimeModel {
 public:
  explicit DlrModel(const ModelOptions& options);
  ~DlrModel() override;

  void SetInput(size_t input, const void* data, const Shape& shape) override;
  void Run() override;
  Shape OutputShape(size_t output) override;
  void CopyOutput(size_t output, void* destination) override;

 private:
  void Check(int status);
  void ReadMetadata(const ModelOptions& options);
  TensorInfo ReadInput(int index, const std::string& path);
  TensorInfo ReadOutput(int index, bool named, const std::string& path);
  void BindInput(size_t input, const void* data);

  DlrLibrary library_;
  const DlrApi& dlr_;
  DlrHandle handle_ = nullptr;
  std::vector<DLTensor> bindings_;
  bool has_run_ = false;
};

}  // namespace mli

#endif  // MLI_NATIVE_DLR_MODEL_H_

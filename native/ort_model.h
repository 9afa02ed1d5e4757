#ifndef MLI_NATIVE_ORT_MODEL_H_
#define MLI_NATIVE_ORT_MODEL_H_

#include <memory>
#include <string>
#include <vector>

#include "ort_library.h"
#include "runtime_model.h"

namespace mli {

// Owner of one ONNX Runtime session.
class OrtModel : public RuntimeModel {
 public:
  explicit OrtModel(const ModelOptions& options);

  void SetInput(size_t input, const void* data, const Shape& shape) override;
  void Run() override;
  Shape OutputShape(size_t output) override;
  void CopyOutput(size_t output, void* destination) override;

 private:
  template <typename T>
  using Owned = std::unique_ptr<T, void (*)(T*)>;

  void Check(OrtStatus* status) const;
  void Open(const ModelOptions& options);
  void ReadMetadata(const ModelOptions& options);
  TensorInfo ReadTensor(const OrtTypeInfo* type, const std::string& name, const std::string& path) const;
  Shape ReadShape(const OrtTensorInfo* info) const;

  OrtLibrary library_;
  const OrtApi& ort_;
  // In this order: a session ends before its environment.
  Owned<OrtEnv> env_;
  Owned<OrtMemoryInfo> memory_;
  Owned<OrtSession> session_;
  std::vector<Owned<OrtValue>> inputs_;
  std::vector<Owned<OrtValue>> outputs_;
};

}  // namespace mli

#endif  // MLI_NATIVE_ORT_MODEL_H_

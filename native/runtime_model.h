#ifndef MLI_NATIVE_RUNTIME_MODEL_H_
#define MLI_NATIVE_RUNTIME_MODEL_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "tensor.h"

namespace mli {

enum class Runtime { kDlr, kOnnx };

// What to load and how.
struct ModelOptions {
  Runtime runtime = Runtime::kDlr;
  std::string library;  // path of libdlr.so or libonnxruntime.so.1
  std::string path;     // folder of the compiled model, or the .onnx file
  int device_type = 1;  // DLPack's: 1 CPU, 2 CUDA, 4 OpenCL
  int device_id = 0;
  int threads = 1;
};

struct ModelMetadata {
  std::vector<TensorInfo> inputs;
  std::vector<TensorInfo> outputs;
  std::string backend;          // "tvm", "treelite", "relayvm", ...; of ONNX Runtime "cpu"
  std::string library_version;  // of the runtime
  int threads = 1;
  int weights = 0;
  bool zero_copy = false;  // the runtime reads inputs where they are, instead of in a copy of its own
};

// A model in one of the runtimes. Not thread-safe: after construction every call but metadata() belongs to
// the model's worker thread. The calls throw std::runtime_error with the runtime's own text.
class RuntimeModel {
 public:
  // Throws Failure LIBDLR_*, ONNXRUNTIME_UNLOADABLE and MODEL_UNSUPPORTED too.
  static std::unique_ptr<RuntimeModel> Load(const ModelOptions& options);

  virtual ~RuntimeModel() = default;
  RuntimeModel(const RuntimeModel&) = delete;
  RuntimeModel& operator=(const RuntimeModel&) = delete;

  const ModelMetadata& metadata() const { return metadata_; }

  // Memory for one input of a fixed shape, aligned for DLPack and kept as long as the model.
  std::byte* Staging(size_t input);

  // Hands over the elements of an input, row-major, in the declared type. They must stay until Run() has
  // returned.
  virtual void SetInput(size_t input, const void* data, const Shape& shape) = 0;

  virtual void Run() = 0;

  // The shape of an output of the last run.
  virtual Shape OutputShape(size_t output) = 0;

  // Copies an output of the last run; `destination` has room for OutputShape() elements.
  virtual void CopyOutput(size_t output, void* destination) = 0;

 protected:
  RuntimeModel() = default;

  ModelMetadata metadata_;

 private:
  std::vector<AlignedBuffer> staging_;
};

}  // namespace mli

#endif  // MLI_NATIVE_RUNTIME_MODEL_H_

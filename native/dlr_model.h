#ifndef MLI_NATIVE_DLR_MODEL_H_
#define MLI_NATIVE_DLR_MODEL_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "dl_tensor.h"
#include "dlr_library.h"
#include "tensor.h"

namespace mli {

// What to load and how.
struct ModelOptions {
  std::string library;  // path of libdlr.so
  std::string path;     // folder of the compiled model
  int device_type = 1;  // DLPack's: 1 CPU, 2 CUDA, 4 OpenCL
  int device_id = 0;
  int threads = 1;
};

struct ModelMetadata {
  std::vector<TensorInfo> inputs;
  std::vector<TensorInfo> outputs;
  std::string backend;          // "tvm", "treelite", "relayvm", ...
  std::string library_version;  // of libdlr
  int threads = 1;
  int weights = 0;
  bool zero_copy = false;  // inputs are bound to our memory instead of being copied into DLR's
};

// Owner of one DLR model handle. Not thread-safe: after construction every call but metadata() belongs to
// the model's worker thread.
class DlrModel {
 public:
  // Throws Failure LIBDLR_* and MODEL_UNSUPPORTED, std::runtime_error with DLR's own text; so do the calls
  // below.
  explicit DlrModel(const ModelOptions& options);
  ~DlrModel();
  DlrModel(const DlrModel&) = delete;
  DlrModel& operator=(const DlrModel&) = delete;

  const ModelMetadata& metadata() const { return metadata_; }

  // Memory for one input of a fixed shape, aligned for DLPack and kept as long as the model.
  std::byte* Staging(size_t input);

  // Hands DLR the elements of an input, row-major, in the declared type. They must stay until Run() has
  // returned.
  void SetInput(size_t input, const void* data, const Shape& shape);

  void Run();

  // The shape of an output of the last run.
  Shape OutputShape(size_t output);

  // Copies an output of the last run; `destination` has room for OutputShape() elements.
  void CopyOutput(size_t output, void* destination);

 private:
  struct InputBinding {
    AlignedBuffer staging;
    DLTensor tensor{};
  };

  void Check(int status);
  void ReadMetadata(const ModelOptions& options);
  TensorInfo ReadInput(int index, const std::string& path);
  TensorInfo ReadOutput(int index, bool named, const std::string& path);
  void BindInput(size_t input, const void* data);

  DlrLibrary library_;
  const DlrApi& dlr_;
  DlrHandle handle_ = nullptr;
  ModelMetadata metadata_;
  std::vector<InputBinding> bindings_;
  bool has_run_ = false;
};

}  // namespace mli

#endif  // MLI_NATIVE_DLR_MODEL_H_

// The same DLR calls as one run of the addon, in a loop in C: what a run costs when there is no JavaScript
// around it.
//
//   dlr_loop <libdlr.so> <model: folder, or files joined with ':'> <input.bin> <threads>
//
// The model has one input; input.bin holds its elements. Each line on standard input is a number of runs;
// each is answered with one line of JSON, {"latenciesMs": [...], "checksum": "..."}: so a benchmark can take
// turns with this process. The checksum (FNV-1a of the bytes of the last run's outputs) shows that both sides
// computed the same.
//
// Built by `cmake --build build --target dlr_loop`.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_RANK = 32, MAX_OUTPUTS = 16, CPU = 1 };

typedef struct {
  void* data;
  size_t bytes;
} Buffer;

static void* library;
static void* model;

static void fail(const char* what, const char* text) {
  fprintf(stderr, "dlr_loop: %s: %s\n", what, text);
  exit(1);
}

static void* symbol(const char* name) {
  void* address = dlsym(library, name);
  if (address == NULL) fail(name, "not in the library");
  return address;
}

// Calls a DLR function by name and ends the process with DLR's text where it fails.
#define DLR(name, types, ...)                                            \
  do {                                                                   \
    if (((int(*) types)symbol(#name))(__VA_ARGS__) != 0)                 \
      fail(#name, ((const char* (*)(void))symbol("DLRGetLastError"))()); \
  } while (0)

static size_t element_bytes(const char* dtype) {
  if (strstr(dtype, "64") != NULL) return 8;
  if (strstr(dtype, "32") != NULL) return 4;
  return strstr(dtype, "16") != NULL ? 2 : 1;
}

static Buffer read_file(const char* path) {
  FILE* file = fopen(path, "rb");
  if (file == NULL) fail(path, "cannot be opened");
  fseek(file, 0, SEEK_END);
  Buffer buffer = {NULL, (size_t)ftell(file)};
  rewind(file);
  buffer.data = aligned_alloc(128, (buffer.bytes + 127) / 128 * 128);
  if (buffer.data == NULL || fread(buffer.data, 1, buffer.bytes, file) != buffer.bytes)
    fail(path, "cannot be read");
  fclose(file);
  return buffer;
}

static double now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static uint64_t checksum(const Buffer* outputs, int count) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (int i = 0; i < count; ++i) {
    for (size_t k = 0; k < outputs[i].bytes; ++k)
      hash = (hash ^ ((const uint8_t*)outputs[i].data)[k]) * 0x100000001b3u;
  }
  return hash;
}

int main(int argc, char** argv) {
  if (argc != 5) fail("usage", "dlr_loop <libdlr.so> <model> <input.bin> <threads>");
  // As the addon does it (native/thread_count.h).
  setenv("TVM_NUM_THREADS", argv[4], 1);
  setenv("TVM_BIND_THREADS", "0", 0);
  library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) fail(argv[1], dlerror());
  DLR(CreateDLRModel, (void**, const char*, int, int), &model, argv[2], CPU, 0);

  const char* name = NULL;
  const char* dtype = NULL;
  int64_t size = 0, shape[MAX_RANK];
  int rank = 0, count = 0;
  DLR(GetDLRInputName, (void**, int, const char**), &model, 0, &name);
  DLR(GetDLRInputType, (void**, int, const char**), &model, 0, &dtype);
  DLR(GetDLRInputSizeDim, (void**, int, int64_t*, int*), &model, 0, &size, &rank);
  DLR(GetDLRInputShape, (void**, int, int64_t*), &model, 0, shape);
  const Buffer input = read_file(argv[3]);
  if (input.bytes != (size_t)size * element_bytes(dtype))
    fail(argv[3], "does not have the size of the model's input");

  Buffer outputs[MAX_OUTPUTS];
  DLR(GetDLRNumOutputs, (void**, int*), &model, &count);
  if (count > MAX_OUTPUTS) fail(argv[2], "has too many outputs");
  for (int i = 0; i < count; ++i) {
    DLR(GetDLROutputType, (void**, int, const char**), &model, i, &dtype);
    DLR(GetDLROutputSizeDim, (void**, int, int64_t*, int*), &model, i, &size, &rank);
    outputs[i].bytes = (size_t)size * element_bytes(dtype);
    outputs[i].data = malloc(outputs[i].bytes);
  }

  int (*set_input)(void**, const char*, const int64_t*, const void*, int) = symbol("SetDLRInput");
  int (*run)(void**) = symbol("RunDLRModel");
  int (*get_output)(void**, int, void*) = symbol("GetDLROutput");
  DLR(GetDLRInputSizeDim, (void**, int, int64_t*, int*), &model, 0, &size, &rank);

  for (char line[32]; fgets(line, sizeof line, stdin) != NULL;) {
    const long runs = strtol(line, NULL, 10);
    printf("{\"latenciesMs\": [");
    for (long r = 0; r < runs; ++r) {
      const double start = now_ms();
      int failed = set_input(&model, name, shape, input.data, rank);
      failed |= run(&model);
      for (int i = 0; i < count; ++i) failed |= get_output(&model, i, outputs[i].data);
      const double end = now_ms();
      if (failed) fail("run", ((const char* (*)(void))symbol("DLRGetLastError"))());
      printf("%s%.6f", r == 0 ? "" : ", ", end - start);
    }
    printf("], \"checksum\": \"%016" PRIx64 "\"}\n", checksum(outputs, count));
    fflush(stdout);
  }
  DLR(DeleteDLRModel, (void**), &model);
  return 0;
}

// The part of TVM's binary interface that a compiled library meets: arguments as DLTensor, scratch
// memory and threads from the runtime. The runtime fills in the variables when it loads the library.
#pragma once
#include <stddef.h>
#include <stdint.h>

extern "C" {
struct DLTensor {
  void* data;
  struct {
    int type, id;
  } device;
  int ndim;
  struct {
    uint8_t code, bits;
    uint16_t lanes;
  } dtype;
  int64_t* shape;
  int64_t* strides;
  uint64_t byte_offset;
};

union TVMValue {
  int64_t integer;
  double number;
  void* handle;
};

struct TVMParallelGroupEnv {
  void* sync;
  int32_t tasks;
};

typedef int Task(int id, TVMParallelGroupEnv* group, void* closure);
}

#define EXPORT extern "C" __attribute__((visibility("default")))
extern "C" {
#pragma GCC visibility push(default)
int (*__TVMBackendParallelLaunch)(Task* task, void* closure, int tasks);
void* (*__TVMBackendAllocWorkspace)(int device, int id, uint64_t bytes, int code, int bits);
int (*__TVMBackendFreeWorkspace)(int device, int id, void* memory);
void (*__TVMAPISetLastError)(const char* text);
#pragma GCC visibility pop
}

/** Scratch memory of the thread that asks for it, or null. */
struct Scratch {
  float* data;
  explicit Scratch(size_t floats)
      : data((float*)__TVMBackendAllocWorkspace(1, 0, floats * sizeof(float), 2, 32)) {
    if (!data) __TVMAPISetLastError("no memory for the scratch space of a layer");
  }
  ~Scratch() {
    if (data) __TVMBackendFreeWorkspace(1, 0, data);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
};

/** Calls work(task, tasks) on each thread of the runtime's pool; work returns 0 or -1. */
template <class Work>
static int parallel(const Work& work) {
  const auto task = [](int id, TVMParallelGroupEnv* group, void* closure) {
    return (*(const Work*)closure)(id, group->tasks);
  };
  return __TVMBackendParallelLaunch(task, (void*)&work, 0);
}

/** What a node of the graph is called with: its inputs, then its output. */
struct Arguments {
  TVMValue* values;
  float* operator[](int i) const {
    const DLTensor* tensor = (const DLTensor*)values[i].handle;
    return (float*)((char*)tensor->data + tensor->byte_offset);
  }
};

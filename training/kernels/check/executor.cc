// Runs the nodes of a graph without a runtime: each tensor is a heap block of exactly its size, so that
// AddressSanitizer sees every access beyond; memory starts as NaN, so that what was not written shows.
// The tasks of a layer run one after the other, the last one first.
//
//   executor PLAN VALUES TASKS    → VALUES of the output, one a line
//
// PLAN: tensors (floats, 1 if its value is given); nodes (function, tensors); the output.
// The table `functions` is generated, before this file.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int tasks;

static int launch(Task* task, void* closure, int) {
  TVMParallelGroupEnv group = {nullptr, tasks};
  for (int id = tasks - 1; id >= 0; id--) {
    if (int failed = task(id, &group, closure)) return failed;
  }
  return 0;
}

static void* nan_memory(size_t floats) {
  float* memory = (float*)malloc(floats * sizeof(float));
  for (size_t i = 0; i < floats; i++) memory[i] = NAN;
  return memory;
}

static void* allocate(int, int, uint64_t bytes, int, int) { return nan_memory(bytes / sizeof(float)); }

static int release(int, int, void* memory) {
  free(memory);
  return 0;
}

static void fail(const char* text) {
  fprintf(stderr, "%s\n", text);
  exit(1);
}

static int number(FILE* file) {
  int value;
  if (fscanf(file, "%d", &value) != 1) fail("the plan ends early");
  return value;
}

static Function* function_named(const char* name) {
  for (const Entry& entry : functions) {
    if (strcmp(entry.name, name) == 0) return entry.function;
  }
  fail(name);
  return nullptr;
}

int main(int, char** arguments) {
  __TVMBackendParallelLaunch = launch;
  __TVMBackendAllocWorkspace = allocate;
  __TVMBackendFreeWorkspace = release;
  __TVMAPISetLastError = fail;
  FILE* plan = fopen(arguments[1], "r");
  FILE* values = fopen(arguments[2], "rb");
  tasks = atoi(arguments[3]);
  if (!plan || !values) fail("no plan or no values");

  const int count = number(plan);
  DLTensor* tensors = (DLTensor*)calloc(count, sizeof(DLTensor));
  int* sizes = (int*)calloc(count, sizeof(int));
  for (int i = 0; i < count; i++) {
    const int size = sizes[i] = number(plan), given = number(plan);
    tensors[i].data = nan_memory(size);
    if (given && fread(tensors[i].data, sizeof(float), size, values) != (size_t)size) fail("few values");
  }
  for (int nodes = number(plan); nodes > 0; nodes--) {
    char name[256];
    if (fscanf(plan, "%255s", name) != 1) fail("a node without a name");
    const int taken = number(plan);
    TVMValue* passed = (TVMValue*)calloc(taken, sizeof(TVMValue));
    for (int i = 0; i < taken; i++) passed[i].handle = &tensors[number(plan)];
    if (function_named(name)(passed, nullptr, taken, nullptr, nullptr, nullptr)) fail(name);
    free(passed);
  }
  const int output = number(plan);
  for (int i = 0; i < sizes[output]; i++) printf("%.9g\n", ((float*)tensors[output].data)[i]);
  for (int i = 0; i < count; i++) free(tensors[i].data);
  free(tensors);
  free(sizes);
  fclose(plan);
  fclose(values);
}

#ifndef MLI_NATIVE_MULTIVERSIONED_H_
#define MLI_NATIVE_MULTIVERSIONED_H_

// One body compiled for several instruction sets, the best one chosen when the addon is loaded. aarch64
// always has NEON.
#if defined(__x86_64__) && defined(__GLIBC__)
#define MLI_MULTIVERSIONED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MLI_MULTIVERSIONED
#endif

#endif  // MLI_NATIVE_MULTIVERSIONED_H_

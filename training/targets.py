"""The machines that a model is compiled for, and how compilers and the manifest name each of them."""

from __future__ import annotations

from typing import Dict, List, NamedTuple


class Target(NamedTuple):
    tvm: str
    """TVM's target; it must name the triple, or the code is for the machine that compiles."""
    vector: int
    """Floats of the kernels' vectors."""
    flags: List[str]
    """The compiler's, for the kernels: what the machine has."""
    toolchain: str
    """Prefix of the GNU tools that link and strip."""
    elf_machine: str
    """As readelf names it."""
    architecture: str
    """As Node.js names it."""
    cpu_features: List[str]
    """What the compiler may use beyond the architecture's baseline, as /proc/cpuinfo names it."""


X64_AVX2 = ["avx2", "fma", "f16c", "bmi1", "bmi2", "abm", "movbe", "popcnt"]
X64_AVX512 = X64_AVX2 + ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]
X86_64 = "Advanced Micro Devices X86-64"

AVX2_FLAGS = "-mavx2 -mfma -mf16c -mbmi -mbmi2 -mlzcnt -mmovbe -mpopcnt".split()
AVX512_FLAGS = AVX2_FLAGS + "-mavx512f -mavx512bw -mavx512cd -mavx512dq -mavx512vl".split()

TARGETS: Dict[str, Target] = {
    "x64-avx2": Target(
        "llvm -mtriple=x86_64-linux-gnu -mcpu=core-avx2", 8, AVX2_FLAGS, "", X86_64, "x64", X64_AVX2
    ),
    "x64-avx512": Target(
        "llvm -mtriple=x86_64-linux-gnu -mcpu=skylake-avx512",
        16,
        AVX512_FLAGS,
        "",
        X86_64,
        "x64",
        X64_AVX512,
    ),
    "arm64": Target(
        "llvm -device=arm_cpu -mtriple=aarch64-linux-gnu -mattr=+neon",
        4,
        ["-march=armv8-a"],
        "aarch64-linux-gnu-",
        "AArch64",
        "arm64",
        ["asimd"],
    ),
    "arm": Target(
        "llvm -device=arm_cpu -mtriple=armv7l-linux-gnueabihf -mattr=+neon -mfloat-abi=hard",
        4,
        ["-march=armv7-a+neon-vfpv4"],
        "arm-linux-gnueabihf-",
        "ARM",
        "arm",
        ["neon"],
    ),
}

TREE_TARGETS: Dict[str, Target] = {
    "x64": Target("", 0, [], "", X86_64, "x64", []),
    "arm64": Target("", 0, [], "aarch64-linux-gnu-", "AArch64", "arm64", []),
    "arm": Target("", 0, [], "arm-linux-gnueabihf-", "ARM", "arm", []),
}
"""Trees are compared one after another: nothing that a CPU's features would speed up."""

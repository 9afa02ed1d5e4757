"""Compiles an ONNX model with the kernels of this folder and the C++ compiler of this machine."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Dict, List

import onnx

from parameters import pack_parameters
from targets import Target

from .cpp_source import source_text
from .graph import Program, build_program
from .onnx_reader import read_network
from .schedule import schedule

HEADERS = Path(__file__).parent
# Predictive commoning shares broadcasts between steps of a tile and spills registers for it.
FLAGS = [
    "-std=c++20",
    "-O3",
    "-ffp-contract=fast",
    "-fno-predictive-commoning",
    "-fPIC",
    "-fvisibility=hidden",
    "-fno-exceptions",
    "-fno-rtti",
    "-Wall",
    "-Wextra",
    "-Wno-psabi",
]
LINK_FLAGS = ["-shared", "-s", "-Wl,--as-needed", "-Wl,--build-id=none", "-lm"]


class CompilerFailed(SystemExit):
    """The C++ compiler of this machine is not there, is too old, or fails."""


def program_for(model: onnx.ModelProto, vector: int) -> Program:
    network = read_network(model)
    return build_program(network, schedule(network), vector)


def flags(target: Target) -> List[str]:
    return [*FLAGS, f"-DV={target.vector}", *target.flags]


def build(model: onnx.ModelProto, target: Target, out: Path) -> Dict[str, str]:
    """Write the three files into the folder. Returns what made them, for the provenance."""
    compiler = f"{target.toolchain}g++"
    program = program_for(model, target.vector)
    with tempfile.TemporaryDirectory() as folder:
        # By a name without a folder: no path of this machine gets into the library.
        (Path(folder) / "model.cc").write_text(source_text(program.functions))
        command = [compiler, *flags(target), "-I", str(HEADERS), "model.cc", *LINK_FLAGS]
        run_compiler([*command, "-o", "model.so"], folder)
        (out / "compiled.so").write_bytes((Path(folder) / "model.so").read_bytes())
    (out / "compiled.json").write_text(program.graph)
    (out / "compiled.params").write_bytes(pack_parameters(program.parameters))
    version = subprocess.run([compiler, "--version"], check=True, capture_output=True, text=True)
    return {
        "compiler": version.stdout.splitlines()[0],
        "flags": " ".join([*flags(target), *LINK_FLAGS]),
        "kernels": digest_of_headers(),
    }


def run_compiler(command: List[str], folder: str) -> None:
    compiler = command[0]
    try:
        ended = subprocess.run(command, cwd=folder, stderr=subprocess.PIPE, text=True)
    except OSError as error:
        raise CompilerFailed(f"{compiler} cannot be run: {error.strerror}") from error
    print(ended.stderr, end="", file=sys.stderr)
    if ended.returncode != 0:
        errors = [line for line in ended.stderr.splitlines() if "error:" in line]
        reason = errors[0] if errors else f"exit code {ended.returncode}"
        raise CompilerFailed(f"{compiler} failed: {reason}")


def digest_of_headers() -> str:
    """SHA-256 over the headers in the order of their names."""
    digest = hashlib.sha256()
    for header in sorted(HEADERS.glob("*.h")):
        digest.update(header.read_bytes())
    return digest.hexdigest()

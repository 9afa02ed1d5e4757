"""Compiles an ONNX model to a folder that the Neo Deep Learning Runtime (DLR) loads.

The folder gets exactly `compiled.so`, `compiled.json` and `compiled.params`. Runs in the compile
environment (requirements-compile.txt): TVM with Relay.
"""

from __future__ import annotations

import argparse
import os
import subprocess
from pathlib import Path
from typing import Dict, List

# TVM would download pre-tuned schedules for ARM; a build must not depend on that.
os.environ.setdefault("TOPHUB_LOCATION", "NONE")

import onnx  # noqa: E402
import tvm  # noqa: E402
from tvm import relay  # noqa: E402

from parameters import pack_parameters  # noqa: E402
from targets import TARGETS, Target  # noqa: E402

FILES = ("compiled.so", "compiled.json", "compiled.params")


def input_shapes(model: onnx.ModelProto) -> Dict[str, List[int]]:
    """Shapes of the graph's inputs that are not weights; every axis must be fixed."""
    weights = {weight.name for weight in model.graph.initializer}
    shapes: Dict[str, List[int]] = {}
    for value in model.graph.input:
        if value.name in weights:
            continue
        shape = [axis.dim_value for axis in value.type.tensor_type.shape.dim]
        if not all(size > 0 for size in shape):
            raise SystemExit(f"input {value.name} has a free axis: {shape}; export it with sizes")
        shapes[value.name] = shape
    return shapes


def prepare_folder(out: Path) -> None:
    """Empty the folder of an earlier run; what is not ours there is not ours to delete."""
    out.mkdir(parents=True, exist_ok=True)
    strangers = sorted(file.name for file in out.iterdir() if file.name not in FILES)
    if strangers:
        raise SystemExit(f"{out} holds {', '.join(strangers)}: name an empty or a new folder")
    for file in out.iterdir():
        file.unlink()


def compile_model(model: onnx.ModelProto, target: Target, out: Path) -> None:
    module, parameters = relay.frontend.from_onnx(model, input_shapes(model), freeze_params=True)
    with tvm.transform.PassContext(opt_level=3):
        library = relay.build(module, target=target.tvm, params=parameters)
    prepare_folder(out)
    shared = out / "compiled.so"
    library.get_lib().export_library(str(shared), cc=f"{target.toolchain}g++")
    subprocess.run([f"{target.toolchain}strip", "--strip-unneeded", shared], check=True)
    (out / "compiled.json").write_text(library.get_graph_json())
    values = {name: value.numpy() for name, value in library.get_params().items()}
    (out / "compiled.params").write_bytes(pack_parameters(values))


def check_library(path: Path, target: Target) -> None:
    """The file is for the right machine and exports what the runtime looks up."""
    header = subprocess.run(
        ["readelf", "--file-header", path], check=True, capture_output=True, text=True
    ).stdout
    if target.elf_machine not in header:
        raise SystemExit(f"{path} is not for {target.elf_machine}:\n{header}")
    symbols = subprocess.run(
        ["readelf", "--dyn-syms", "--wide", path], check=True, capture_output=True, text=True
    ).stdout
    if "__TVMBackendAllocWorkspace" not in symbols or "tvmgen_default_fused_" not in symbols:
        raise SystemExit(f"{path} exports no compiled functions")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path, help="ONNX file with fixed shapes")
    parser.add_argument("--target", required=True, choices=sorted(TARGETS))
    parser.add_argument("--out", type=Path, required=True, help="folder to (over)write")
    arguments = parser.parse_args()
    target = TARGETS[arguments.target]
    compile_model(onnx.load(str(arguments.model)), target, arguments.out)
    check_library(arguments.out / "compiled.so", target)
    size = sum(file.stat().st_size for file in arguments.out.iterdir())
    print(f"{arguments.out}: {arguments.target}, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()

"""Compiles an ONNX model with TVM (requirements-compile.txt): knows more operators than the kernels."""

from __future__ import annotations

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
from targets import Target  # noqa: E402


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


def build(model: onnx.ModelProto, target: Target, out: Path) -> Dict[str, str]:
    """Write the three files into the folder. Returns what made them, for the provenance."""
    module, parameters = relay.frontend.from_onnx(model, input_shapes(model), freeze_params=True)
    return build_relay(module, parameters, target, out)


def build_relay(
    module: tvm.IRModule, parameters: Dict[str, object], target: Target, out: Path
) -> Dict[str, str]:
    """The same for a module that comes from another of Relay's frontends."""
    with tvm.transform.PassContext(opt_level=3):
        library = relay.build(module, target=target.tvm, params=parameters)
    shared = out / "compiled.so"
    library.get_lib().export_library(str(shared), cc=f"{target.toolchain}g++")
    subprocess.run([f"{target.toolchain}strip", "--strip-unneeded", shared], check=True)
    (out / "compiled.json").write_text(library.get_graph_json())
    values = {name: value.numpy() for name, value in library.get_params().items()}
    (out / "compiled.params").write_bytes(pack_parameters(values))
    return {"compiler": f"TVM {tvm.__version__}, untuned", "flags": target.tvm}

"""ONNX and TensorFlow Lite files -> folders that DLR loads, by TVM; a process of its own, without any framework."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any, Dict, Tuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import onnx  # noqa: E402
import tvm  # noqa: E402
from tvm import relay  # noqa: E402

import tvm_build  # noqa: E402
from answer import Request, progress, serve, unsupported, where  # noqa: E402
from compile import check_library  # noqa: E402  (the program of this name in the folder above)
from targets import TARGETS  # noqa: E402

Module = Tuple[tvm.IRModule, Dict[str, Any]]
NAMED = re.compile(r"not supported (?:for|in) frontend [\w ]+:\s*(.+)", re.S)


def of_onnx(path: str) -> Module:
    model = onnx.load(path)
    return relay.frontend.from_onnx(model, tvm_build.input_shapes(model), freeze_params=True)


def of_lite(request: Request) -> Module:
    """With the inputs under the names that the package gives them."""
    import tflite

    lite = request["lite"]
    content = tflite.Model.GetRootAsModel(Path(lite["file"]).read_bytes(), 0)
    names = lite["names"]
    shapes = {old: request["inputs"][new]["shape"] for old, new in names.items()}
    types = {old: request["inputs"][new]["dtype"] for old, new in names.items()}
    module, parameters = relay.frontend.from_tflite(content, shapes, types)
    function = module["main"]
    renamed = {
        parameter: relay.var(names[parameter.name_hint], parameter.type_annotation)
        for parameter in function.params
        if parameter.name_hint in names
    }
    order = [renamed.get(parameter, parameter) for parameter in function.params]
    body = relay.bind(function.body, renamed)
    return to_nchw(tvm.IRModule.from_expr(relay.Function(order, body))), parameters


def to_nchw(module: tvm.IRModule) -> tvm.IRModule:
    """TensorFlow Lite lays channels last; TVM's fast convolutions, and on ARM the only ones that build, lay them first."""
    layouts = {"nn.conv2d": ["NCHW", "default"], "qnn.conv2d": ["NCHW", "default"]}
    passes = [relay.transform.InferType(), relay.transform.ConvertLayout(layouts)]
    with tvm.transform.PassContext(opt_level=3):
        return tvm.transform.Sequential(passes)(module)


def to_relay(request: Request) -> Module:
    try:
        return of_lite(request) if request.get("lite") else of_onnx(request["onnx"])
    except tvm.error.OpNotImplemented as error:
        text = str(error)
        found = NAMED.search(text)
        listed = found.group(1) if found else text.strip().splitlines()[-1]
        raise unsupported(re.findall(r"[\w.:]+", listed), "TVM") from error
    except tvm.error.OpAttributeUnImplemented as error:
        raise unsupported([str(error).strip().splitlines()[-1]], "TVM") from error


def compile_targets(request: Request) -> Dict[str, Any]:
    progress("reading the graph")
    module, parameters = to_relay(request)
    folders = {}
    for name in request["targets"]:
        progress(f"compiling for {name}")
        target = TARGETS[name]
        folder = Path(request["out"]) / name
        folder.mkdir(parents=True)
        try:
            tvm_build.build_relay(module, parameters, target, folder)
        except tvm.error.OpNotImplemented as error:
            raise unsupported([str(error).strip().splitlines()[-1]], "TVM") from error
        check_library(folder, target)
        folders[name] = where(target, folder)
    return {"targets": folders}


if __name__ == "__main__":
    serve({"compile": compile_targets})

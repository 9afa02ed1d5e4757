"""MXNet models (`…-symbol.json` and `…-0000.params`, as SageMaker's image classification writes them)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Dict, List, Tuple

import mxnet as mx
import numpy as np
import onnx

import onnx_form
from answer import Request, invalid, serve, unsupported
from tensors import Shapes, check_names, fixed_shape, given_shape, reference

Symbol = Any
HEAD = "SoftmaxOutput"


def load(path: Path) -> Tuple[Symbol, Dict[str, Any], Dict[str, Any]]:
    """Symbol, arguments and auxiliary states; the newest epoch where there are several."""
    prefix = str(path)[: -len("-symbol.json")]
    epochs = sorted(path.parent.glob(f"{Path(prefix).name}-[0-9][0-9][0-9][0-9].params"))
    if not epochs:
        raise invalid(f"there are no weights beside it: {Path(prefix).name}-0000.params")
    try:
        return mx.model.load_checkpoint(prefix, int(epochs[-1].stem[-4:]))
    except mx.MXNetError as error:
        raise invalid(f"MXNet does not load it ({str(error).strip().splitlines()[-1]})") from error


def data_names(symbol: Symbol, arguments: Dict[str, Any]) -> List[str]:
    """Inputs that are no weights; the label of a training head is none that inference has."""
    return [
        name
        for name in symbol.list_inputs()
        if name not in arguments
        and not name.endswith("_label")
        and name not in symbol.list_auxiliary_states()
    ]


def input_shapes(path: Path, names: List[str], shapes: Shapes) -> List[List[int]]:
    """From the caller, else from the shapes that SageMaker puts beside the symbol.

    Script mode names the file after the symbol; image classification calls it `model-shapes.json`
    whatever the symbol is called.
    """
    own = Path(re.sub(r"-symbol\.json$", "-shapes.json", str(path)))
    known: Dict[str, List[int]] = {}
    for beside in (path.parent / "model-shapes.json", own):
        if beside.is_file():
            known = {one["name"]: one["shape"] for one in json.loads(beside.read_text())}
    return [
        fixed_shape(
            [0, *known[name][1:]] if name in known else [],
            given_shape(shapes, name, position),
            name,
        )
        for position, name in enumerate(names)
    ]


def without_training_head(symbol: Symbol) -> Symbol:
    """The probabilities, without the loss that training puts behind them."""
    nodes = json.loads(symbol.tojson())
    last = nodes["nodes"][nodes["heads"][0][0]]
    if last["op"] != HEAD:
        return symbol
    before = nodes["nodes"][last["inputs"][0][0]]["name"]
    logits = symbol.get_internals()[f"{before}_output"]
    return mx.sym.softmax(logits, name="probabilities")


def export(request: Request) -> Dict[str, Any]:
    path = Path(request["model"])
    symbol, arguments, auxiliary = load(path)
    names = data_names(symbol, arguments)
    check_names(request["shapes"], names)
    shapes = input_shapes(path, names, request["shapes"])
    folder = Path(request["out"])
    folder.mkdir(parents=True, exist_ok=True)
    raw = folder / "exported.onnx"
    try:
        mx.onnx.export_model(
            without_training_head(symbol),
            {**arguments, **auxiliary},
            in_shapes=[tuple(shape) for shape in shapes],
            in_types=[np.float32] * len(shapes),
            onnx_file_path=str(raw),
        )
    except AttributeError as error:
        operator = re.search(r"registered for op type (\S+) yet", str(error))
        if operator is None:
            raise
        raise unsupported([operator.group(1)], "MXNet's ONNX exporter") from error
    answer = onnx_form.finish(onnx.load(str(raw)), {}, folder / "model.onnx")
    raw.unlink()
    return {**answer, "framework": f"mxnet {mx.__version__}"}


def run_samples(request: Request) -> Dict[str, Any]:
    symbol, arguments, auxiliary = load(Path(request["model"]))
    names = data_names(symbol, arguments)

    def run(values: Dict[str, np.ndarray]) -> List[np.ndarray]:
        arrays = {name: mx.nd.array(value) for name, value in zip(names, values.values())}
        labels = {
            name: mx.nd.zeros((next(iter(values.values())).shape[0],))
            for name in symbol.list_arguments()
            if name.endswith("_label") and name not in arguments
        }
        executor = symbol.bind(
            mx.cpu(), args={**arguments, **arrays, **labels}, aux_states=auxiliary, grad_req="null"
        )
        return [output.asnumpy() for output in executor.forward(is_train=False)]

    return reference(run, request)


if __name__ == "__main__":
    serve({"export": export, "reference": run_samples})

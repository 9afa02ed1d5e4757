"""Chainer models: the weights (`chainer.serializers.save_npz`), with the code of their network."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Dict, List

import chainer
import numpy as np
import onnx
import onnx_chainer

import network
import onnx_form
from answer import Refusal, Request, invalid, serve, unsupported
from tensors import by_position, reference

OPSET = 9
"""The newest that onnx-chainer writes."""


def load(request: Request) -> chainer.Chain:
    if not request.get("network"):
        raise invalid(
            "Chainer saves weights alone. Name the code of the network with --network file.py:function"
        )
    net = network.build(request["network"])
    try:
        chainer.serializers.load_npz(request["model"], net)
    except (KeyError, ValueError, OSError) as error:
        raise invalid(f"its weights are not those of the network ({error})") from error
    return net


def arrays(outputs: Any) -> List[np.ndarray]:
    many = outputs if isinstance(outputs, (tuple, list)) else [outputs]
    if isinstance(outputs, dict):
        many = list(outputs.values())
    return [one.array for one in many]


def export(request: Request) -> Dict[str, Any]:
    shapes = request["shapes"]
    if not shapes:
        raise Refusal("shape", input="0", declared=[], given=None)
    net = load(request)
    examples = tuple(np.zeros(shape, np.float32) for shape in shapes.values())
    folder = Path(request["out"])
    folder.mkdir(parents=True, exist_ok=True)
    raw = folder / "exported.onnx"
    with chainer.using_config("train", False):
        try:
            onnx_chainer.export(net, examples, filename=str(raw), opset_version=OPSET)
        except chainer.utils.type_check.InvalidType as error:
            text = " ".join(str(error).split())
            raise invalid(f"it does not run on inputs of {list(shapes.values())} ({text})") from error
        except ValueError as error:
            found = re.search(r"'?(\w+)'? is not supported|(\w+)\w* is not supported", str(error))
            if found is None:
                raise
            raise unsupported([found.group(1) or found.group(2)], "onnx-chainer") from error
    answer = onnx_form.finish(onnx.load(str(raw)), {}, folder / "model.onnx")
    raw.unlink()
    return {**answer, "framework": f"chainer {chainer.__version__}"}


def run_samples(request: Request) -> Dict[str, Any]:
    net = load(request)

    def run(values: Dict[str, np.ndarray]) -> List[np.ndarray]:
        with chainer.using_config("train", False), chainer.no_backprop_mode():
            return arrays(net(*by_position(values)))

    return reference(run, request)


if __name__ == "__main__":
    serve({"export": export, "reference": run_samples})

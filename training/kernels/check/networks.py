"""Small networks with awkward shapes: odd sizes, channels that fill no vector, every stride and padding."""

from __future__ import annotations

from typing import Dict, List, Optional, Sequence, Tuple

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Pads = Tuple[int, int, int, int]


class Builder:
    def __init__(self, shape: Sequence[int], seed: int):
        self.random = np.random.default_rng(seed)
        self.shape = tuple(shape)
        self.nodes: List[onnx.NodeProto] = []
        self.weights: List[onnx.TensorProto] = []
        self.channels: Dict[str, int] = {"picture": shape[1]}

    def constant(self, name: str, value: np.ndarray) -> str:
        self.weights.append(numpy_helper.from_array(value.astype(np.float32), name))
        return name

    def node(self, kind: str, inputs: List[str], channels: int, **attributes: object) -> str:
        name = f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name, **attributes))
        self.channels[name] = channels
        return name

    def convolution(
        self,
        source: str,
        out: Optional[int] = None,
        size: int = 1,
        stride: int = 1,
        pads: Pads = (0, 0, 0, 0),
        clip: Optional[Tuple[float, float]] = None,
    ) -> str:
        """Depthwise where `out` is not given."""
        channels = self.channels[source]
        group = 1 if out else channels
        shape = (out or channels, channels // group, size, size)
        scale = 2 / np.sqrt(np.prod(shape[1:]))
        place = len(self.nodes)
        weight = self.constant(f"w{place}", self.random.uniform(-scale, scale, shape))
        bias = self.constant(f"b{place}", self.random.uniform(-0.5, 0.5, shape[0]))
        result = self.node(
            "Conv",
            [source, weight, bias],
            shape[0],
            group=group,
            kernel_shape=[size, size],
            strides=[stride, stride],
            pads=list(pads),
        )
        if clip:
            low = self.constant(f"low{place}", np.array(clip[0]))
            high = self.constant(f"high{place}", np.array(clip[1]))
            result = self.node("Clip", [result, low, high], shape[0])
        return result

    def add(self, a: str, b: str) -> str:
        return self.node("Add", [a, b], self.channels[a])

    def model(self, last: str, classes: int, softmax: bool) -> onnx.ModelProto:
        channels = self.channels[last]
        pooled = self.node("GlobalAveragePool", [last], channels)
        flat = self.node("Flatten", [pooled], channels)
        weight = self.constant("w", self.random.uniform(-1, 1, (classes, channels)))
        bias = self.constant("b", self.random.uniform(-1, 1, classes))
        result = self.node("Gemm", [flat, weight, bias], classes, transB=1)
        if softmax:
            result = self.node("Softmax", [result], classes)
        graph = helper.make_graph(
            self.nodes,
            "check",
            [helper.make_tensor_value_info("picture", TensorProto.FLOAT, self.shape)],
            [helper.make_tensor_value_info(result, TensorProto.FLOAT, (1, classes))],
            self.weights,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
        model.ir_version = 8
        onnx.checker.check_model(model)
        return model


RELU6 = (0.0, 6.0)


def inverted_residuals() -> onnx.ModelProto:
    b = Builder((1, 3, 37, 29), 1)
    x = b.convolution("picture", 21, 3, 2, (0, 0, 1, 1), RELU6)
    x = b.convolution(x, None, 3, 1, (1, 1, 1, 1), RELU6)
    x = b.convolution(x, 13)
    x = b.convolution(x, 50, clip=RELU6)
    x = b.convolution(x, None, 5, 2, (1, 1, 2, 2), RELU6)
    shortcut = x = b.convolution(x, 19)
    x = b.convolution(x, 33, clip=(-0.5, 0.5))
    x = b.convolution(x, None, 5, 1, (2, 2, 2, 2), RELU6)
    shortcut = x = b.add(shortcut, b.convolution(x, 19))
    x = b.convolution(x, 70)
    x = b.convolution(x, None, 3, 1, (1, 1, 1, 1))
    x = b.node("Relu", [b.add(b.convolution(x, 19), shortcut)], 19)
    x = b.convolution(x, 600, clip=RELU6)
    x = b.convolution(x, None, 3, 2, (1, 1, 1, 1), RELU6)
    return b.model(b.convolution(x, 9), 5, softmax=False)


def separable() -> onnx.ModelProto:
    """No expansion, a single channel in, branches that meet."""
    b = Builder((1, 1, 9, 23), 2)
    x = b.convolution("picture", 7, 5, 1, (2, 2, 2, 2))
    left = b.convolution(x, 24, clip=RELU6)
    right = b.convolution(x, 24)
    x = b.node("Relu", [b.add(left, right)], 24)
    x = b.convolution(x, None, 3, 2, (0, 1, 1, 0), RELU6)
    x = b.convolution(x, 40, clip=RELU6)
    x = b.convolution(x, None, 5, 2, (2, 2, 2, 2))
    x = b.convolution(x, 97, clip=RELU6)
    return b.model(x, 3, softmax=False)


def tiny() -> onnx.ModelProto:
    """One channel block, one pixel at the end, no padding anywhere."""
    b = Builder((1, 2, 11, 11), 3)
    x = b.convolution("picture", 3, 1, 2)
    x = b.convolution(x, None, 3)
    x = b.convolution(x, 5, clip=(0.0, 1.0))
    x = b.convolution(x, None, 3, 2)
    return b.model(b.convolution(x, 1), 2, softmax=True)


NETWORKS = {"inverted": inverted_residuals, "separable": separable, "tiny": tiny}

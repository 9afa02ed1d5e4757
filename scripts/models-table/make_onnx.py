"""A small convolutional network, written as ONNX by hand: random weights. `make_onnx.py <folder>`"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

random = np.random.default_rng(7)
weights = []


def weight(name, *shape):
    scale = np.sqrt(2.0 / np.prod(shape[1:]))
    weights.append(numpy_helper.from_array((random.standard_normal(shape) * scale).astype(np.float32), name))
    return name


def conv(x, y, filters, channels, stride):
    return [
        helper.make_node("Conv", [x, weight(f"{y}.w", filters, channels, 3, 3)], [f"{y}.c"], strides=[stride] * 2, pads=[1] * 4),
        helper.make_node("Relu", [f"{y}.c"], [y]),
    ]


nodes = conv("image", "a", 16, 3, 2) + conv("a", "b", 32, 16, 2) + conv("b", "c", 64, 32, 2)
nodes += [
    helper.make_node("GlobalAveragePool", ["c"], ["pool"]),
    helper.make_node("Flatten", ["pool"], ["flat"]),
    helper.make_node("Gemm", ["flat", weight("head", 10, 64)], ["logits"], transB=1),
]
graph = helper.make_graph(
    nodes,
    "small",
    [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, 96, 96])],
    [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 10])],
    weights,
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
onnx.save(model, str(Path(sys.argv[1]) / "model.onnx"))

"""Writes the network as an ONNX graph: batch normalisation folded, padding in the convolutions."""

from __future__ import annotations

from pathlib import Path
from typing import List, Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from dataset import SIZE
from efficientnet_lite import EfficientNetLite0, SamePaddedConv, same_padding

INPUT_NAME = "image"
OUTPUT_NAME = "logits"
OPSET = 13


class Graph:
    """Nodes and weights in the order in which they are added."""

    def __init__(self) -> None:
        self.nodes: List[onnx.NodeProto] = []
        self.weights: List[onnx.TensorProto] = []

    def constant(self, name: str, value: np.ndarray) -> str:
        self.weights.append(numpy_helper.from_array(value.astype(np.float32), name))
        return name

    def node(self, kind: str, inputs: Sequence[str], output: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], output, **attributes))
        return output

    def convolution(self, x: str, name: str, conv: SamePaddedConv, norm: nn.BatchNorm2d) -> str:
        """A convolution followed by batch normalisation, as one convolution with bias."""
        scale = norm.weight / (norm.running_var + norm.eps).sqrt()
        weight = conv.weight * scale[:, None, None, None]
        bias = norm.bias - norm.running_mean * scale
        inputs = [
            x,
            self.constant(f"{name}.weight", weight.detach().numpy()),
            self.constant(f"{name}.bias", bias.detach().numpy()),
        ]
        kernel, stride = conv.kernel_size[0], conv.stride[0]
        before, after = same_padding(kernel, stride)
        return self.node(
            "Conv",
            inputs,
            name,
            kernel_shape=[kernel, kernel],
            strides=[stride, stride],
            pads=[before, before, after, after],
            group=conv.groups,
        )

    def relu6(self, x: str) -> str:
        return self.node("Clip", [x, "zero", "six"], f"{x}.relu6")


def build(network: EfficientNetLite0, classes: int) -> onnx.ModelProto:
    """Input `image` `[1, 3, 224, 224]` float32, output `logits` `[1, classes]` float32."""
    graph = Graph()
    graph.constant("zero", np.array(0.0))
    graph.constant("six", np.array(6.0))
    x = graph.relu6(graph.convolution(INPUT_NAME, "stem", network._conv_stem, network._bn0))
    for index, block in enumerate(network._blocks):
        name, shortcut = f"block{index}", x
        if block.expands:
            x = graph.convolution(x, f"{name}.expand", block._expand_conv, block._bn0)
            x = graph.relu6(x)
        x = graph.convolution(x, f"{name}.depthwise", block._depthwise_conv, block._bn1)
        x = graph.relu6(x)
        x = graph.convolution(x, f"{name}.project", block._project_conv, block._bn2)
        if block.adds_input:
            x = graph.node("Add", [shortcut, x], f"{name}.add")
    x = graph.relu6(graph.convolution(x, "head", network._conv_head, network._bn1))
    x = graph.node("GlobalAveragePool", [x], "pool")
    x = graph.node("Flatten", [x], "features", axis=1)
    weight = graph.constant("classifier.weight", network._fc.weight.detach().numpy())
    bias = graph.constant("classifier.bias", network._fc.bias.detach().numpy())
    graph.node("Gemm", [x, weight, bias], OUTPUT_NAME, transB=1)
    shape_in, shape_out = [1, 3, SIZE, SIZE], [1, classes]
    return helper.make_model(
        helper.make_graph(
            graph.nodes,
            "waste-sorter",
            [helper.make_tensor_value_info(INPUT_NAME, TensorProto.FLOAT, shape_in)],
            [helper.make_tensor_value_info(OUTPUT_NAME, TensorProto.FLOAT, shape_out)],
            graph.weights,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=8,
        producer_name="greengrass-mli",
    )


def write(network: EfficientNetLite0, classes: int, path: Path) -> None:
    network.eval()
    model = build(network, classes)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, str(path))

"""The C++ of a network: nothing but shapes and calls; the layers are in the headers here."""

from __future__ import annotations

import math
import re
from typing import Dict, List, Tuple

import numpy as np

from .network import Layer, Network
from .schedule import Node
from .weights import pack_bias, pack_depthwise, pack_panels


def source_text(functions: List[str]) -> str:
    return "\n".join(['#include "layers.h"\n', *functions])


def braces(*values: object) -> str:
    return "{" + ", ".join(str(value) for value in values) + "}"


def number(value: float) -> str:
    if math.isinf(value):
        return "__builtin_inff()" if value > 0 else "-__builtin_inff()"
    return f"{float(value)!r}f"


def bounds(layer: Layer) -> str:
    return braces(number(layer.low), number(layer.high))


class CppSource:
    """Functions that the graph calls, one a node, and the parameters that they take."""

    def __init__(self, network: Network, vector: int, prefix: str):
        self.vector, self.prefix = vector, prefix
        self.shapes = {layer.output: layer.shape for layer in network.layers}
        self.shapes[network.input] = network.input_shape
        self.parameters: Dict[str, np.ndarray] = {}
        self.functions: List[str] = []

    def dense(self, layer: Layer) -> str:
        channels, height, width = self.shapes[layer.inputs[0]]
        top, left = layer.pads[:2]
        size = layer.weights.shape[2]
        return braces(channels, height, width, size, layer.stride, top, left, layer.shape[2])

    def source(self, node: Node) -> str:
        channels, height, width = self.shapes[node.depthwise.inputs[0]]
        kind, depth, dense, limits = "COPY", 0, "{}", "{}"
        if node.source:
            kind, limits = node.source.kind.upper(), bounds(node.source)
            if node.source.kind == "dense":
                dense = self.dense(node.source)
            else:
                depth = self.shapes[node.source.inputs[0]][0]
        return braces(kind, depth, dense, channels, height, width, limits)

    def depthwise(self, node: Node) -> str:
        layer = node.depthwise
        top, left = layer.pads[:2]
        _, height, width = layer.shape
        size = layer.weights.shape[2]
        return braces(size, layer.stride, top, left, height, width, bounds(layer))

    def description(self, node: Node) -> Tuple[str, str]:
        """C++ type of a node, and its value; the function has the type's name in lower case."""
        last = node.last
        channels = last.shape[0]
        first = self.shapes[last.inputs[0]]
        pixels = math.prod(first[1:])
        if node.kind == "rows":
            parts = braces(self.source(node), self.depthwise(node), channels, bounds(last))
            return "FusedRows", parts
        if node.kind == "channels":
            return "FusedChannels", braces(self.source(node), self.depthwise(node))
        if node.kind == "dense":
            return "Convolution", braces(self.dense(last), channels, last.shape[1], bounds(last))
        if node.kind == "pointwise":
            return "Pointwise", braces(first[0], channels, pixels, bounds(last))
        if node.kind == "add":
            return "Add", braces(channels, pixels, bounds(last))
        if node.kind == "pool":
            return "Pool", braces(channels, pixels)
        if node.kind == "linear":
            return "FullyConnected", braces(first[0], channels, bounds(last))
        return "Softmax", braces(channels)

    def pack(self, layer: Layer) -> List[str]:
        """Keep the weights of a layer as parameters; their names."""
        if layer.weight is None or layer.bias is None:
            return []
        bias = pack_bias(layer.bias, self.vector)
        if layer.kind == "linear":
            weight, bias = layer.weight.ravel(), layer.bias
        elif layer.kind == "depthwise":
            weight = pack_depthwise(layer.weight, self.vector)
        else:
            weight = pack_panels(layer.weight.reshape(len(layer.weight), -1), self.vector)
        names = [f"{layer.name}.weight", f"{layer.name}.bias"]
        self.parameters.update(zip(names, (weight.astype(np.float32), bias.astype(np.float32))))
        return names

    def add(self, node: Node) -> Tuple[str, List[str]]:
        """Write the function of a node; its name, and what it takes before its output."""
        kind, value = self.description(node)
        name = f"{self.prefix}{len(self.functions)}_{re.sub('[^A-Za-z0-9]', '_', node.last.name)}"
        inputs = list(node.layers[0].inputs)
        arguments = [f"a[{i}]" for i in range(len(inputs))]
        if node.depthwise_is_first:
            arguments.append("{}")
        for layer in node.layers:
            names = self.pack(layer)
            if names:
                arguments.append(f"{{a[{len(inputs)}], a[{len(inputs) + 1}]}}")
                inputs += names
        if node.last.residual:
            arguments.append(f"a[{len(inputs)}]")
            inputs.append(node.last.residual)
        elif node.kind in ("rows", "pointwise"):
            arguments.append("nullptr")
        arguments.append(f"a[{len(inputs)}]")
        function = re.sub("(?<!^)([A-Z])", r"_\1", kind).lower()
        self.functions.append(
            f"static const {kind} {name}_layer = {value};\n"
            f"EXPORT int {name}(TVMValue* values, int*, int, TVMValue*, int*, void*) {{\n"
            "  const Arguments a = {values};\n"
            f"  return {function}({name}_layer, {', '.join(arguments)});\n}}\n"
        )
        return name, inputs

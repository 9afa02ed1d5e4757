"""Reads an ONNX graph into layers that the kernels know.

What the kernels do not know is refused by name; nothing is approximated.
"""

from __future__ import annotations

import math
from typing import Any, Dict, List, NoReturn, Optional, Tuple

import numpy as np
import onnx
from onnx import numpy_helper

from .network import Layer, Network, Unsupported

Attributes = Dict[str, Any]


def read_network(model: onnx.ModelProto) -> Network:
    return Reader(model).read()


def refuse(node: onnx.NodeProto, reason: str) -> NoReturn:
    raise Unsupported(f"{node.op_type} {node.name or node.output[0]}: {reason}")


class Reader:
    def __init__(self, model: onnx.ModelProto):
        graph = onnx.shape_inference.infer_shapes(model).graph
        self.nodes = list(graph.node)
        self.constants = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
        inputs = [value for value in graph.input if value.name not in self.constants]
        if len(inputs) != 1 or len(graph.output) != 1:
            raise Unsupported(
                f"{len(inputs)} inputs and {len(graph.output)} outputs; expected one of each"
            )
        self.shapes: Dict[str, Tuple[int, ...]] = {}
        for value in [*inputs, *graph.value_info, *graph.output]:
            axes = value.type.tensor_type.shape.dim
            self.shapes[value.name] = tuple(axis.dim_value for axis in axes)
        name = inputs[0].name
        shape = self.shapes[name]
        if len(shape) != 4 or shape[0] != 1 or min(shape) < 1:
            raise Unsupported(f"input {name} {list(shape)}; expected [1, C, H, W], all fixed")
        if inputs[0].type.tensor_type.elem_type != onnx.TensorProto.FLOAT:
            raise Unsupported(f"input {name} is not float32")
        self.network = Network(name, shape[1:], graph.output[0].name)
        self.alias: Dict[str, str] = {}
        self.producer: Dict[str, Layer] = {}
        self.uses: Dict[str, int] = {self.network.output: 1}
        for node in self.nodes:
            for used in node.input:
                self.uses[used] = self.uses.get(used, 0) + 1

    def read(self) -> Network:
        for node in self.nodes:
            method = getattr(self, f"read_{node.op_type.lower()}", None)
            if method is None or node.domain not in ("", "ai.onnx"):
                refuse(node, "the kernels do not know this operator")
            method(node, {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute})
        output = self.network.output
        self.network.output = self.tensor(output)
        layer = self.producer.get(self.network.output)
        if layer is None or len(layer.shape) != 1 or len(self.shapes[output]) != 2:
            raise Unsupported(f"output {output} {list(self.shapes[output])}; expected [1, classes]")
        return self.network

    def tensor(self, name: str) -> str:
        return self.alias.get(name, name)

    def constant(self, node: onnx.NodeProto, index: int) -> np.ndarray:
        name = node.input[index]
        if name not in self.constants:
            refuse(node, f"input {name} is not a constant")
        return self.constants[name]

    def append(self, node: onnx.NodeProto, kind: str, inputs: List[str], **values: Any) -> Layer:
        output = node.output[0]
        shape = self.shapes.get(output, ())
        if len(shape) < 2 or shape[0] != 1 or min(shape) < 1:
            refuse(node, f"output {output} {list(shape)} has no fixed shape, batch 1")
        taken = {layer.name for layer in self.network.layers}
        name = node.name if node.name and node.name not in taken else output
        tensors = [self.tensor(tensor) for tensor in inputs]
        layer = Layer(kind, name, tensors, output, shape[1:], **values)
        self.network.layers.append(layer)
        self.producer[output] = layer
        return layer

    def absorb(self, name: str) -> Optional[Layer]:
        """The layer whose result only the node at hand reads, and that has no bounds yet."""
        layer = self.producer.get(self.tensor(name))
        if layer is None or self.uses[name] != 1 or layer.kind in ("pool", "softmax"):
            return None
        return layer if layer.low == -math.inf and layer.high == math.inf else None

    def rename(self, layer: Layer, node: onnx.NodeProto) -> None:
        """The node is part of the layer now: the layer's result is the node's output."""
        del self.producer[layer.output]
        layer.output = node.output[0]
        self.producer[layer.output] = layer

    def read_conv(self, node: onnx.NodeProto, attributes: Attributes) -> None:
        weight = self.constant(node, 1)
        out, _, height, width = weight.shape
        bias = self.constant(node, 2) if len(node.input) > 2 else np.zeros(out, np.float32)
        strides = tuple(attributes.get("strides", (1, 1)))
        pads = tuple(attributes.get("pads", (0, 0, 0, 0)))
        group = attributes.get("group", 1)
        channels = self.shapes[node.input[0]][1]
        what = (
            f"{height}x{width}, strides {list(strides)}, pads {list(pads)}, group {group},"
            f" {channels} to {out} channels"
        )
        if attributes.get("auto_pad", b"NOTSET") not in (b"NOTSET", b"VALID"):
            refuse(node, "auto_pad; export it with explicit pads")
        if set(attributes.get("dilations", (1, 1))) != {1}:
            refuse(node, f"dilations {list(attributes['dilations'])}")
        if strides not in ((1, 1), (2, 2)) or height != width:
            refuse(node, f"{what}; expected a square kernel and stride 1 or 2")
        first = self.tensor(node.input[0]) == self.network.input
        if first and group == 1 and max(pads) < height:
            kind = "dense"
        elif not first and height == 1 and group == 1 and strides == (1, 1) and not any(pads):
            kind = "pointwise"
        elif not first and group == channels == out and height in (3, 5) and max(pads) < height:
            kind = "depthwise"
        else:
            refuse(
                node,
                f"{what}; the kernels do any first convolution of the picture, and after it 1x1"
                " with stride 1 and depthwise 3x3 and 5x5",
            )
        arrays = {"weight": weight, "bias": bias}
        self.append(node, kind, [node.input[0]], stride=strides[0], pads=pads, **arrays)

    def bound(self, node: onnx.NodeProto, low: float, high: float) -> None:
        layer = self.absorb(node.input[0])
        if layer is None:
            refuse(node, "does not follow a convolution, Add or Gemm that is read by it alone")
        layer.low, layer.high = low, high
        self.rename(layer, node)

    def read_clip(self, node: onnx.NodeProto, attributes: Attributes) -> None:
        bounds = [attributes.get("min", -math.inf), attributes.get("max", math.inf)]
        for i in (1, 2):
            if len(node.input) > i and node.input[i]:
                bounds[i - 1] = float(self.constant(node, i))
        self.bound(node, *bounds)

    def read_relu(self, node: onnx.NodeProto, _: Attributes) -> None:
        self.bound(node, 0.0, math.inf)

    def read_add(self, node: onnx.NodeProto, _: Attributes) -> None:
        if any(self.tensor(name) not in self.producer for name in node.input):
            refuse(node, "adds a constant or the picture; only two layers can be added")
        a, b = (self.shapes[name] for name in node.input)
        if a != b or len(a) != 4 or a[2:] == (1, 1):
            refuse(node, f"{list(a)} and {list(b)}; expected two feature maps of one shape")
        # The later of the two layers adds the other's result before it stores its own.
        order = [layer.output for layer in self.network.layers]
        earlier, later = sorted(node.input, key=lambda name: order.index(self.tensor(name)))
        layer = self.absorb(later)
        if layer and layer.kind == "pointwise" and not layer.residual and earlier != later:
            layer.residual = self.tensor(earlier)
            self.rename(layer, node)
        else:
            self.append(node, "add", list(node.input))

    def read_globalaveragepool(self, node: onnx.NodeProto, _: Attributes) -> None:
        source = self.producer.get(self.tensor(node.input[0]))
        if source is None or len(source.shape) != 3:
            refuse(node, "expected to pool a feature map")
        layer = self.append(node, "pool", [node.input[0]])
        layer.shape = layer.shape[:1]

    def read_reducemean(self, node: onnx.NodeProto, attributes: Attributes) -> None:
        axes = attributes.get("axes")
        if axes is None and len(node.input) > 1:
            axes = self.constant(node, 1).tolist()
        if sorted(axis % 4 for axis in axes or ()) != [2, 3]:
            refuse(node, f"axes {axes}; expected height and width")
        self.read_globalaveragepool(node, attributes)

    def view(self, node: onnx.NodeProto, _: Attributes) -> None:
        """A new shape for the same values: of the pooled channels, [1, C, 1, 1] or [1, C]."""
        source = self.tensor(node.input[0])
        layer = self.producer.get(source)
        shape = self.shapes.get(node.output[0], ())
        if layer is None or len(layer.shape) != 1 or shape[:2] != (1, layer.shape[0]):
            refuse(node, "expected between the pool and the end, keeping [1, channels]")
        self.alias[node.output[0]] = source

    read_flatten = read_reshape = read_squeeze = view

    def read_gemm(self, node: onnx.NodeProto, attributes: Attributes) -> None:
        if attributes.get("alpha", 1.0) != 1.0 or attributes.get("beta", 1.0) != 1.0:
            refuse(node, "alpha or beta is not 1")
        weight = self.constant(node, 1)
        weight = weight if attributes.get("transB", 0) else weight.T
        source = self.producer.get(self.tensor(node.input[0]))
        if attributes.get("transA", 0) or source is None or source.shape != weight.shape[1:]:
            refuse(node, "expected the pooled channels, [1, C], times a matrix")
        bias = self.constant(node, 2) if len(node.input) > 2 else np.zeros(1, np.float32)
        bias = np.broadcast_to(bias.reshape(-1), weight.shape[:1])
        self.append(node, "linear", [node.input[0]], weight=weight, bias=bias)

    def read_softmax(self, node: onnx.NodeProto, attributes: Attributes) -> None:
        source = self.producer.get(self.tensor(node.input[0]))
        rank = len(self.shapes[node.input[0]])
        if source is None or rank != 2 or attributes.get("axis", -1) not in (1, -1):
            refuse(node, "expected over the classes, [1, C], axis 1")
        self.append(node, "softmax", [node.input[0]])

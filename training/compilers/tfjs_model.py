"""A TensorFlow.js graph of convolutions as ONNX, read as it is in its package, without TensorFlow.

Format: https://github.com/tensorflow/tfjs/tree/master/tfjs-converter (`format: graph-model`): `modelTopology` is a
TensorFlow GraphDef as JSON, `weightsManifest` names the raw tensors in the files beside it, one after another.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any, Callable, Dict, List, Sequence

import numpy as np

from answer import Request, invalid, serve, unsupported
from graph_writer import Graph

Node = Dict[str, Any]
TO_CHANNELS_FIRST = (0, 3, 1, 2)
TO_CHANNELS_LAST = (0, 2, 3, 1)
KNOWN_FUSIONS = ([], ["BiasAdd"], ["BiasAdd", "Relu"], ["BiasAdd", "Relu6"])


def read_weights(document: Dict[str, Any], folder: Path) -> Dict[str, np.ndarray]:
    """Quantised ones are halves: whole numbers with a scale are not read."""
    weights = {}
    for group in document["weightsManifest"]:
        content = b"".join((folder / name).read_bytes() for name in group["paths"])
        offset = 0
        for entry in group["weights"]:
            stored = np.dtype(entry.get("quantization", entry)["dtype"])
            if stored.name not in ("float32", "float16", "int32"):
                raise invalid(f"the weight {entry['name']} is stored as {stored}")
            count = int(np.prod(entry["shape"], dtype=np.int64))
            values = np.frombuffer(content, stored, count, offset).reshape(entry["shape"])
            weights[entry["name"]] = values.astype(entry["dtype"])
            offset += values.nbytes
        if offset != len(content):
            raise invalid(f"its weights have {len(content)} bytes instead of {offset}")
    return weights


def text(node: Node, name: str) -> str:
    return base64.b64decode(node["attr"][name]["s"]).decode()


def texts(node: Node, name: str) -> List[str]:
    return [base64.b64decode(one).decode() for one in node["attr"].get(name, {}).get("list", {}).get("s", [])]


def whole_numbers(node: Node, name: str) -> List[int]:
    return [int(one) for one in node["attr"][name]["list"]["i"]]


class Converter:
    """Tensors of four axes are turned: both runtimes want channels first, TensorFlow has them last."""

    def __init__(self, document: Dict[str, Any], folder: Path):
        self.weights = read_weights(document, folder)
        self.nodes: Dict[str, Node] = {node["name"]: node for node in document["modelTopology"]["node"]}
        self.graph = Graph("tfjs")
        self.done: Dict[str, str] = {}

    def convert(self, outputs: Dict[str, Sequence[int]]) -> Graph:
        """:param outputs: name of a node -> its shape, channels last, as it stays"""
        for name in self.needed(outputs):
            kind = self.nodes[name]["op"]
            self.done[name] = KINDS[kind](self, self.nodes[name])
        for name, shape in outputs.items():
            plain = name.rpartition("/")[2]
            self.graph.node("Transpose", [self.done[name]], plain, perm=TO_CHANNELS_LAST)
            self.graph.output(plain, shape)
        return self.graph

    def needed(self, outputs: Sequence[str]) -> List[str]:
        """What the outputs are made from, each after what it needs."""
        order: List[str] = []
        waiting = [(name, False) for name in outputs]
        while waiting:
            name, ready = waiting.pop()
            if name in order:
                continue
            if name not in self.nodes:
                raise invalid(f"it has no node {name}")
            if ready:
                order.append(name)
                continue
            waiting.append((name, True))
            sources = [one for one in self.nodes[name].get("input", []) if one not in self.weights]
            waiting.extend((one, False) for one in sources)
        unknown = [self.nodes[name]["op"] for name in order if self.nodes[name]["op"] not in KINDS]
        if unknown:
            raise unsupported(unknown, "the converter of TensorFlow.js graphs")
        return order

    def value(self, name: str) -> str:
        """What a node gave, or a weight that is one number: others are read by the nodes that know what they mean."""
        if name in self.done:
            return self.done[name]
        if self.weights[name].ndim > 0:
            raise invalid(f"the constant {name} has the shape {list(self.weights[name].shape)}")
        self.done[name] = self.graph.constant(name, self.weights[name])
        return self.done[name]

    def placeholder(self, node: Node) -> str:
        axes = [int(one["size"]) for one in node["attr"]["shape"]["shape"]["dim"]]
        return self.graph.input("image", [axes[axis] for axis in TO_CHANNELS_FIRST])

    def simple(self, node: Node) -> str:
        kind = node["op"]
        if kind == "Relu6":
            return self.activate(kind, self.value(node["input"][0]), node["name"])
        return self.graph.node(kind, [self.value(name) for name in node["input"]], node["name"])

    def activate(self, kind: str, value: str, output: str) -> str:
        if kind != "Relu6":
            return self.graph.node(kind, [value], output)
        for name, limit in (("zero", 0.0), ("six", 6.0)):
            if name not in self.done:
                self.done[name] = self.graph.constant(name, np.array(limit))
        return self.graph.node("Clip", [value, "zero", "six"], output)

    def mean(self, node: Node) -> str:
        value, axes = node["input"]
        if self.weights[axes].tolist() != [1, 2] or not node["attr"]["keep_dims"]["b"]:
            raise invalid(f"{node['name']} is a mean over other axes than height and width")
        return self.graph.node("GlobalAveragePool", [self.value(value)], node["name"])

    def concat(self, node: Node) -> str:
        *values, axis = node["input"]
        if int(self.weights[axis]) not in (3, -1):
            raise invalid(f"{node['name']} joins along another axis than the channels")
        return self.graph.node("Concat", [self.value(name) for name in values], node["name"], axis=1)

    def resize(self, node: Node) -> str:
        if any(node["attr"].get(name, {}).get("b") for name in ("align_corners", "half_pixel_centers")):
            raise invalid(f"{node['name']} places its corners in a way that is not known here")
        value, size = node["input"]
        source = self.graph.shape(self.value(value))[2:]
        factors = [new / old for new, old in zip(self.weights[size].tolist(), source)]
        scales = self.graph.constant(f"{node['name']}/scales", np.array([1, 1, *factors]))
        inputs = [self.value(value), "", scales]
        corner = {"mode": "linear", "coordinate_transformation_mode": "asymmetric"}
        return self.graph.node("Resize", inputs, node["name"], **corner)

    def convolution(self, node: Node) -> str:
        """With the bias and the activation that were fused into it."""
        value, kernel_name, *bias = node["input"]
        depthwise = "Depthwise" in node["op"]
        weight = self.weights[kernel_name]
        height, width, channels, multiplier = weight.shape
        stride, across = whole_numbers(node, "strides")[1:3]
        fused = texts(node, "fused_ops")
        padding = text(node, "padding")
        square = height == width and stride == across and set(whole_numbers(node, "dilations")) == {1}
        usual = text(node, "data_format") == "NHWC" and padding in ("SAME", "VALID")
        whole = stride == 1 or not any(size % stride for size in self.graph.shape(self.value(value))[2:])
        if not square or not usual or not whole or fused not in KNOWN_FUSIONS:
            raise invalid(f"{node['name']} is a convolution of a kind that is not known here")
        if depthwise:
            weight = weight.transpose(2, 3, 0, 1).reshape(channels * multiplier, 1, height, width)
        else:
            weight = weight.transpose(3, 2, 0, 1)
        inputs = [self.value(value), self.graph.constant(kernel_name, weight)]
        inputs.extend(self.graph.constant(name, self.weights[name]) for name in bias)
        activation = fused[1] if len(fused) > 1 else None
        output = f"{node['name']}/linear" if activation else node["name"]
        group = channels if depthwise else 1
        self.graph.conv(inputs, output, height, stride, group, same=padding == "SAME")
        return self.activate(activation, output, node["name"]) if activation else output


KINDS: Dict[str, Callable[[Converter, Node], str]] = {
    "Placeholder": Converter.placeholder,
    **dict.fromkeys(("Add", "AddV2", "Mul", "Relu", "Relu6", "Sigmoid", "Identity"), Converter.simple),
    **dict.fromkeys(("Conv2D", "_FusedConv2D"), Converter.convolution),
    **dict.fromkeys(("DepthwiseConv2dNative", "FusedDepthwiseConv2dNative"), Converter.convolution),
    "Mean": Converter.mean,
    "ConcatV2": Converter.concat,
    "ResizeBilinear": Converter.resize,
}


def write(request: Request) -> Dict[str, Any]:
    """`model`: the JSON file; `outputs`: names of its nodes, each with its shape."""
    path = Path(request["model"])
    converter = Converter(json.loads(path.read_text()), path.parent)
    converter.convert(request["outputs"]).save(Path(request["out"]))
    return {}


if __name__ == "__main__":
    serve({"write": write})

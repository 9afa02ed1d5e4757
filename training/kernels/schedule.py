"""Which layers run together as one node of the graph.

source → depthwise → 1x1 becomes one node where the rows in flight fit the cache; deeper layers become
two, source → depthwise by channels, then the 1x1. See fused.h.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, List, Optional

from .network import Layer, Network

ROWS_BYTES = 320 * 1024
"""Of a second-level cache of 512 kB and more: rows in flight and weights of one fused node."""


@dataclass
class Node:
    kind: str
    """rows | channels | dense | pointwise | add | pool | linear | softmax"""
    layers: List[Layer]
    """In order. rows: [source], depthwise, pointwise; channels: [source], depthwise."""

    @property
    def last(self) -> Layer:
        return self.layers[-1]

    @property
    def source(self) -> Optional[Layer]:
        """What makes the depthwise convolution's input within this node."""
        return None if self.layers[0].kind == "depthwise" else self.layers[0]

    @property
    def depthwise(self) -> Layer:
        return next(layer for layer in self.layers if layer.kind == "depthwise")

    @property
    def depthwise_is_first(self) -> bool:
        return self.layers[0].kind == "depthwise"


def rows_bytes(source: Optional[Layer], depthwise: Layer, project: Layer, input_width: int) -> int:
    """What fused_rows touches for each row of output."""
    channels, _, width = depthwise.shape
    ring = depthwise.weights.shape[2] * input_width * channels
    weights = sum(layer.weights.size for layer in (source, project) if layer)
    return 4 * (ring + channels * width + weights)


def schedule(network: Network, rows_limit: int = ROWS_BYTES) -> List[Node]:
    layers = network.layers
    readers: Dict[str, List[Layer]] = {}
    for layer in layers:
        for name in [*layer.inputs, *([layer.residual] if layer.residual else [])]:
            readers.setdefault(name, []).append(layer)
    widths = {layer.output: layer.shape[-1] for layer in layers}

    def only_reader(layer: Layer, kind: str) -> Optional[Layer]:
        """The layer of this kind that alone reads this one's output, as its input."""
        found = readers.get(layer.output, [])
        alone = len(found) == 1 and layer.output != network.output and not layer.residual
        fits = alone and found[0].kind == kind and found[0].inputs[0] == layer.output
        return found[0] if fits else None

    nodes: List[Node] = []
    done: set = set()
    for layer in layers:
        if layer.output in done:
            continue
        source = layer if layer.kind in ("dense", "pointwise") else None
        depthwise = only_reader(layer, "depthwise") if source else layer
        if depthwise is None or depthwise.kind != "depthwise":
            node = Node(layer.kind, [layer])
        else:
            chain = [source, depthwise] if source else [depthwise]
            project = only_reader(depthwise, "pointwise")
            width = widths[depthwise.inputs[0]]
            if project and rows_bytes(source, depthwise, project, width) <= rows_limit:
                node = Node("rows", [*chain, project])
            elif source and source.kind == "dense":
                node = Node("dense", [layer])
            else:
                node = Node("channels", chain)
        nodes.append(node)
        done.update(member.output for member in node.layers)
    return ordered(nodes, network)


def ordered(nodes: List[Node], network: Network) -> List[Node]:
    """A fused node may have got before one that makes its residual: each runs when all is there."""
    there, waiting, result = {network.input}, list(nodes), []
    while waiting:
        ready = next(node for node in waiting if set(reads(node)) <= there)
        result.append(ready)
        there.add(ready.last.output)
        waiting.remove(ready)
    return result


def reads(node: Node) -> List[str]:
    """Tensors that the node takes from outside: its inputs, then the residual."""
    residual = node.last.residual
    return [*node.layers[0].inputs, *([residual] if residual else [])]

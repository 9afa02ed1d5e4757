"""A schedule as what DLR's graph executor loads: C++ functions, the graph that calls them, weights."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Dict, List

import numpy as np

from .cpp_source import CppSource
from .network import Network
from .schedule import Node, reads
from .weights import blocks_of


@dataclass
class Program:
    functions: List[str]
    """C++, one for each node."""
    graph: str
    """JSON"""
    parameters: Dict[str, np.ndarray]


def storage_plan(nodes: List[Node], network: Network) -> Dict[str, int]:
    """Buffers for what nodes write; one is used again when its last reader has run."""
    last_use = {name: i for i, node in enumerate(nodes) for name in reads(node)}
    last_use[network.output] = len(nodes)
    plan: Dict[str, int] = {}
    free: List[int] = []
    used = 0
    for i, node in enumerate(nodes):
        if not free:
            free.append(used)
            used += 1
        plan[node.last.output] = free.pop()
        for name in dict.fromkeys(reads(node)):
            if name in plan and last_use[name] == i:
                free.append(plan[name])
    return plan


def build_program(
    network: Network, nodes: List[Node], vector: int, prefix: str = "node"
) -> Program:
    """`prefix` tells the functions of several networks apart."""
    source = CppSource(network, vector, prefix)
    plan = storage_plan(nodes, network)
    entries: List[Dict[str, Any]] = []
    shapes: List[List[int]] = []
    storage: List[int] = []
    place: Dict[str, int] = {}

    def stored_shape(tensor: str) -> List[int]:
        """The picture and vectors as they are, feature maps in channel blocks."""
        shape = source.shapes[tensor]
        if tensor == network.input or len(shape) == 1:
            return [1, *shape]
        return [1, blocks_of(shape[0], vector), *shape[1:], vector]

    def add(name: str, entry: Dict[str, Any], shape: List[int], buffer: int) -> None:
        assert name not in place, name
        place[name] = len(entries)
        entries.append(entry)
        shapes.append(shape)
        storage.append(buffer)

    def variable(name: str, shape: List[int]) -> None:
        add(name, {"op": "null", "name": name, "inputs": []}, shape, len(nodes) + len(entries))

    variable(network.input, stored_shape(network.input))
    for node in nodes:
        function, inputs = source.add(node)
        for name in inputs:
            if name not in place:
                variable(name, [source.parameters[name].size])
        attributes = {
            "func_name": function,
            "num_inputs": str(len(inputs)),
            "num_outputs": "1",
            "flatten_data": "0",
        }
        entry = {"op": "tvm_op", "name": function, "attrs": attributes}
        entry["inputs"] = [[place[name], 0, 0] for name in inputs]
        output = node.last.output
        add(output, entry, stored_shape(output), plan[output])
    graph = {
        "nodes": entries,
        "arg_nodes": [i for i, entry in enumerate(entries) if entry["op"] == "null"],
        "heads": [[place[network.output], 0, 0]],
        "node_row_ptr": list(range(len(entries) + 1)),
        "attrs": {
            "dltype": ["list_str", ["float32"] * len(entries)],
            "shape": ["list_shape", shapes],
            "storage_id": ["list_int", storage],
        },
    }
    return Program(
        source.functions, json.dumps(graph, separators=(",", ":")) + "\n", source.parameters
    )

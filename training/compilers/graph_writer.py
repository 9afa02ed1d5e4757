"""A network as ONNX, node by node: for models whose weights are there but whose framework is not needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, List, Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Graph:
    def __init__(self, name: str):
        self.name = name
        self.nodes: List[onnx.NodeProto] = []
        self.weights: List[onnx.TensorProto] = []
        self.inputs: List[onnx.ValueInfoProto] = []
        self.outputs: List[onnx.ValueInfoProto] = []

    def constant(self, name: str, value: np.ndarray) -> str:
        self.weights.append(numpy_helper.from_array(np.asarray(value, np.float32), name))
        return name

    def node(self, kind: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], output, **attributes))
        return output

    def input(self, name: str, shape: Sequence[int]) -> str:
        self.inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
        return name

    def output(self, name: str, shape: Sequence[int]) -> None:
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def shape(self, name: str) -> List[int]:
        """Of a tensor that a node gave already."""
        inferred = onnx.shape_inference.infer_shapes(self.model()).graph.value_info
        (found,) = [value for value in inferred if value.name == name]
        return [axis.dim_value for axis in found.type.tensor_type.shape.dim]

    def model(self) -> onnx.ModelProto:
        return helper.make_model(
            helper.make_graph(self.nodes, self.name, self.inputs, self.outputs, self.weights),
            opset_imports=[helper.make_opsetid("", 13)],
            ir_version=8,
            producer_name="greengrass-mli",
        )

    def save(self, out: Path) -> None:
        model = self.model()
        onnx.checker.check_model(model, full_check=True)
        out.parent.mkdir(parents=True, exist_ok=True)
        onnx.save(model, str(out))

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

    def conv(
        self, inputs: Sequence[str], output: str, kernel: int, stride: int, group: int, same: bool = True
    ) -> str:
        """A square convolution, with TensorFlow's SAME padding or none: of a size that the
        stride divides, the odd pixel comes last."""
        total = max(0, kernel - stride) if same else 0
        before, after = total // 2, total - total // 2
        return self.node(
            "Conv",
            inputs,
            output,
            kernel_shape=[kernel, kernel],
            strides=[stride, stride],
            pads=[before, before, after, after],
            group=group,
        )

    def input(self, name: str, shape: Sequence[int]) -> str:
        self.inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
        return name

    def output(self, name: str, shape: Sequence[int]) -> None:
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def shape(self, name: str) -> List[int]:
        """Of an input, or of what a node gave already."""
        graph = onnx.shape_inference.infer_shapes(self.model()).graph
        (found,) = [value for value in (*graph.input, *graph.value_info) if value.name == name]
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

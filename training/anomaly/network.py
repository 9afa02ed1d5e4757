"""Writes the network of the anomaly models as ONNX: the length of a whitened vector of features.

    score = sqrt(mean((features x whitening)^2))        features [1, F], whitening [F, F], score [1, 1]

With the whitening of normal data, W = inverse(L) transposed where L is the Cholesky factor of its covariance, it is the
Mahalanobis distance (Hotelling's T squared, by its root and per feature): about 1 for normal data. The weights are an input, so
one compiled network serves every machine, and fitting needs neither compiler nor Python.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def network(features: int) -> onnx.ModelProto:
    value = helper.make_tensor_value_info
    mean = numpy_helper.from_array(np.full((features, 1), 1 / features, np.float32), "mean")
    nodes = [
        helper.make_node("MatMul", ["features", "whitening"], ["white"]),
        helper.make_node("Mul", ["white", "white"], ["squares"]),
        helper.make_node("MatMul", ["squares", "mean"], ["square"]),
        helper.make_node("Sqrt", ["square"], ["score"]),
    ]
    inputs = [
        value("features", TensorProto.FLOAT, [1, features]),
        value("whitening", TensorProto.FLOAT, [features, features]),
    ]
    outputs = [value("score", TensorProto.FLOAT, [1, 1])]
    graph = helper.make_graph(nodes, "anomaly", inputs, outputs, [mean])
    opset = [helper.make_opsetid("", 13)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--features", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True, help="ONNX file")
    arguments = parser.parse_args()
    model = network(arguments.features)
    onnx.checker.check_model(model)
    onnx.save(model, str(arguments.out))


if __name__ == "__main__":
    main()

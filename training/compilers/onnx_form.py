"""The ONNX form of a model, made ready for both runtimes: fixed shapes, plain names, one file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Dict, List, Sequence

import onnx
from onnx import shape_inference
from onnx.external_data_helper import uses_external_data
from onnx.mapping import TENSOR_TYPE_TO_NP_TYPE

from answer import Refusal, invalid, unsupported
from tensors import Shapes, check_names, fixed_shape, given_shape, info

OPSET = 13
MARK = re.compile(r"[^A-Za-z0-9_]+")
EXTENSIONS = ("ai.onnx.ml", "com.microsoft")
"""Of ONNX Runtime, some of which TVM knows: it says itself which not."""
INLINE_LIMIT_BYTES = 2_000_000_000
"""A protobuf message holds no more."""


def read(path: Path) -> onnx.ModelProto:
    """With its external data, if it has some."""
    try:
        model = onnx.load(str(path), load_external_data=False)
    except Exception as error:  # protobuf's errors have no common class worth naming
        raise invalid(f"it is no ONNX file ({error})") from error
    if not model.graph.output:
        raise invalid("it is no ONNX file, or one without outputs")
    missing = missing_external(model, path.parent)
    if missing:
        raise Refusal("external", files=missing)
    onnx.load_external_data_for_model(model, str(path.parent))
    return model


def missing_external(model: onnx.ModelProto, folder: Path) -> List[str]:
    files = {
        entry.value
        for tensor in model.graph.initializer
        if uses_external_data(tensor)
        for entry in tensor.external_data
        if entry.key == "location"
    }
    return sorted(file for file in files if not (folder / file).is_file())


def plain(name: str, taken: Sequence[str]) -> str:
    """A name that no compiler rewrites: letters, digits, underscores."""
    base = MARK.sub("_", re.sub(r":0$", "", name)).strip("_") or "tensor"
    base = base if base[0].isalpha() else f"x_{base}"
    choice, number = base, 2
    while choice in taken:
        choice, number = f"{base}_{number}", number + 1
    return choice


def finish(model: onnx.ModelProto, shapes: Shapes, out: Path) -> Dict[str, Any]:
    """Write the model with fixed inputs to `out`, and say what it takes and gives.

    :param shapes: what the caller gave, by name or place
    """
    check_operators(model)
    rename_ends(model)
    weights = {weight.name for weight in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in weights]
    # Weights that are listed as inputs too, as older exporters do, could be overridden; nobody does.
    del model.graph.input[:]
    model.graph.input.extend(inputs)
    check_names(shapes, [value.name for value in inputs])
    for position, value in enumerate(model.graph.input):
        tensor = value.type.tensor_type
        declared = [axis.dim_value for axis in tensor.shape.dim]
        given = given_shape(shapes, value.name, position)
        shape = fixed_shape(declared, given, value.name)
        del tensor.shape.dim[:]
        for axis in shape:
            tensor.shape.dim.add().dim_value = axis
    del model.graph.value_info[:]
    for value in model.graph.output:
        value.type.tensor_type.ClearField("shape")
    model = shape_inference.infer_shapes(model, data_prop=True)
    size = model.ByteSize()
    if size > INLINE_LIMIT_BYTES:
        raise invalid(f"it has {size / 1e9:.1f} GB, an ONNX file holds 2 GB")
    out.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(out))
    return {
        "onnx": str(out),
        "inputs": [describe(value) for value in model.graph.input],
        "outputs": [describe(value) for value in model.graph.output],
    }


def describe(value: onnx.ValueInfoProto) -> Dict[str, Any]:
    tensor = value.type.tensor_type
    shape = [axis.dim_value or -1 for axis in tensor.shape.dim]
    return info(value.name, TENSOR_TYPE_TO_NP_TYPE[tensor.elem_type], shape)


def check_operators(model: onnx.ModelProto) -> None:
    """Converters leave what they cannot convert as it is, under the name that it has in its framework."""
    known = {schema.name for schema in onnx.defs.get_all_schemas_with_history() if not schema.domain}
    strange = [
        f"{node.domain}.{node.op_type}" if node.domain else node.op_type
        for node in model.graph.node
        if node.domain not in EXTENSIONS
        and (node.domain not in ("", "ai.onnx") or node.op_type not in known)
    ]
    if strange:
        raise unsupported(strange, "ONNX")


def rename_ends(model: onnx.ModelProto) -> None:
    """Give inputs and outputs plain names, in the graph and wherever its nodes use them."""
    weights = {weight.name for weight in model.graph.initializer}
    ends = [v for v in [*model.graph.input, *model.graph.output] if v.name not in weights]
    taken = {name for node in model.graph.node for name in [*node.input, *node.output]} | weights
    names: Dict[str, str] = {}
    for value in ends:
        if value.name in names:
            continue
        names[value.name] = plain(value.name, sorted((taken - {value.name}) | set(names.values())))
    for value in ends:
        value.name = names[value.name]
    for node in model.graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
        for attribute in node.attribute:
            rename_in_subgraph(attribute, names)


def rename_in_subgraph(attribute: onnx.AttributeProto, names: Dict[str, str]) -> None:
    """The branches of If, Loop and Scan see the names of the graph around them."""
    graphs = [attribute.g] if attribute.HasField("g") else list(attribute.graphs)
    for graph in graphs:
        for node in graph.node:
            node.input[:] = [names.get(name, name) for name in node.input]
            for inner in node.attribute:
                rename_in_subgraph(inner, names)

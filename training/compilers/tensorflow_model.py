"""TensorFlow models: SavedModel folders, frozen graphs, Keras files, and TensorFlow Lite files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np  # noqa: E402
import onnx  # noqa: E402
import tensorflow as tf  # noqa: E402
import tf2onnx  # noqa: E402
from tf2onnx import tf_loader  # noqa: E402

import onnx_form  # noqa: E402
from answer import Refusal, Request, invalid, serve  # noqa: E402
from tensors import check_names, fixed_shape, given_shape, info, reference  # noqa: E402

Run = Callable[[Dict[str, np.ndarray]], List[np.ndarray]]
Graph = Tuple[tf.compat.v1.GraphDef, List[str], List[str]]


def read_keras(path: str) -> tf.keras.Model:
    try:
        return tf.keras.models.load_model(path, compile=False)
    except (OSError, ValueError, TypeError) as error:
        raise invalid(f"Keras {tf.keras.__version__} does not load it ({error})") from error


def of_keras(request: Request) -> Graph:
    model = read_keras(request["model"])
    signature = [
        tf.TensorSpec(tensor.shape, tensor.dtype, name=tensor.name.split(":")[0])
        for tensor in model.inputs
    ]
    function = tf.function(lambda *tensors: model(list(tensors) if len(tensors) > 1 else tensors[0]))
    concrete = function.get_concrete_function(*signature)
    inputs = [tensor.name for tensor in concrete.inputs if tensor.dtype != tf.resource]
    outputs = [tensor.name for tensor in concrete.outputs]
    return tf_loader.from_function(concrete, inputs, outputs), inputs, outputs


def of_saved_model(request: Request) -> Graph:
    try:
        graph, inputs, outputs = tf_loader.from_saved_model(
            request["model"], None, None, signatures=["serving_default"], tag="serve"
        )[:3]
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise invalid(f"it is no SavedModel with the signature serving_default ({error})") from error
    return graph, list(inputs), list(outputs)


def read_frozen(path: str) -> Graph:
    graph = tf.compat.v1.GraphDef()
    try:
        graph.ParseFromString(Path(path).read_bytes())
    except Exception as error:  # protobuf's errors have no common class worth naming
        raise invalid(f"it is no frozen graph ({error})") from error
    inputs = [f"{node.name}:0" for node in graph.node if node.op == "Placeholder"]
    used = {name.split(":")[0].lstrip("^") for node in graph.node for name in node.input}
    quiet = {"NoOp", "Assert", "Placeholder", "Const"}
    outputs = [
        f"{node.name}:0" for node in graph.node if node.name not in used and node.op not in quiet
    ]
    if not inputs or not outputs:
        raise invalid("the graph has no Placeholder, or nothing that is an output")
    return graph, inputs, outputs


def export_graph(request: Request, graph: Graph) -> Dict[str, Any]:
    definition, inputs, outputs = graph
    with tf.Graph().as_default() as imported:
        tf.import_graph_def(definition, name="")
        shapes = {
            name: declared(imported.get_tensor_by_name(name)) for name in inputs
        }
    check_names(request["shapes"], [plain(name) for name in inputs])
    chosen = {
        name: fixed_shape(shape, given_shape(request["shapes"], plain(name), position), plain(name))
        for position, (name, shape) in enumerate(shapes.items())
    }
    model, _ = tf2onnx.convert._convert_common(
        definition,
        name="model",
        input_names=inputs,
        output_names=outputs,
        shape_override=chosen,
        opset=onnx_form.OPSET,
        output_path=None,
    )
    return onnx_form.finish(model, {}, Path(request["out"]) / "model.onnx")


def declared(tensor: tf.Tensor) -> List[int]:
    return [axis or 0 for axis in tensor.shape.as_list()] if tensor.shape.rank else []


def plain(name: str) -> str:
    return onnx_form.plain(name, [])


READERS: Dict[str, Callable[[Request], Graph]] = {
    "keras": of_keras,
    "saved-model": of_saved_model,
    "frozen-graph": lambda request: read_frozen(request["model"]),
}


def interpreter(path: str) -> tf.lite.Interpreter:
    try:
        return tf.lite.Interpreter(model_path=path, num_threads=1)
    except ValueError as error:
        raise invalid(f"TensorFlow Lite does not load it ({error})") from error


def export_lite(request: Request) -> Dict[str, Any]:
    """TVM reads the file itself; the ONNX form is there where it can be had."""
    lite = interpreter(request["model"])
    details = lite.get_input_details()
    inputs, names = [], []
    for position, one in enumerate(details):
        name = onnx_form.plain(one["name"], names)
        names.append(name)
        shape = list(one.get("shape_signature", one["shape"]))
        given = given_shape(request["shapes"], name, position)
        inputs.append(info(name, one["dtype"], fixed_shape(shape, given, name)))
    check_names(request["shapes"], names)
    outputs = [info(plain(one["name"]), one["dtype"], one["shape"]) for one in lite.get_output_details()]
    answer: Dict[str, Any] = {
        "lite": {
            "file": request["model"],
            "names": {one["name"]: name for one, name in zip(details, names)},
        },
        "inputs": inputs,
        "outputs": outputs,
        "notes": [],
    }
    try:
        model, _ = tf2onnx.convert.from_tflite(request["model"], opset=onnx_form.OPSET)
        shapes = {str(position): one["shape"] for position, one in enumerate(inputs)}
        made = onnx_form.finish(model, shapes, Path(request["out"]) / "model.onnx")
    except Refusal as refusal:
        answer["notes"].append(f"no onnx target: {refusal.answer}")
    except Exception as error:  # whatever the converter stumbles over: the model itself is not at fault
        answer["notes"].append(f"no onnx target: {type(error).__name__}: {error}")
    else:
        same = [one["name"] for one in made["inputs"]] == names
        answer["onnx" if same else "renamed"] = made["onnx"]
    return answer


def export(request: Request) -> Dict[str, Any]:
    kind = request["kind"]
    answer = (
        export_lite(request)
        if kind == "tflite"
        else export_graph(request, READERS[kind](request))
    )
    return {**answer, "framework": f"tensorflow {tf.__version__}"}


def runner(request: Request) -> Run:
    kind, path = request["kind"], request["model"]
    if kind == "keras":
        model = read_keras(path)

        def run_keras(values: Dict[str, np.ndarray]) -> List[np.ndarray]:
            arrays = list(values.values())
            outputs = model(arrays if len(arrays) > 1 else arrays[0], training=False)
            return [one.numpy() for one in tf.nest.flatten(outputs)]

        return run_keras
    if kind == "tflite":
        lite = interpreter(path)

        def run_lite(values: Dict[str, np.ndarray]) -> List[np.ndarray]:
            for detail, value in zip(lite.get_input_details(), values.values()):
                lite.resize_tensor_input(detail["index"], value.shape)
            lite.allocate_tensors()
            for detail, value in zip(lite.get_input_details(), values.values()):
                lite.set_tensor(detail["index"], value)
            lite.invoke()
            return [lite.get_tensor(one["index"]) for one in lite.get_output_details()]

        return run_lite
    graph, inputs, outputs = of_saved_model(request) if kind == "saved-model" else read_frozen(path)
    return run_graph(graph, inputs, outputs)


def run_graph(graph: tf.compat.v1.GraphDef, inputs: List[str], outputs: List[str]) -> Run:
    wrapped = tf.compat.v1.wrap_function(lambda: tf.import_graph_def(graph, name=""), [])
    tensor = wrapped.graph.get_tensor_by_name
    pruned = wrapped.prune([tensor(name) for name in inputs], [tensor(name) for name in outputs])
    return lambda values: [one.numpy() for one in pruned(*map(tf.constant, values.values()))]


def run_samples(request: Request) -> Dict[str, Any]:
    return reference(runner(request), request)


if __name__ == "__main__":
    tf.config.threading.set_intra_op_parallelism_threads(1)
    serve({"export": export, "reference": run_samples})

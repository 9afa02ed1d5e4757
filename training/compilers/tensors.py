"""Tensors as the callers keep them: `{"name", "dtype", "shape", "file"}`, the file raw and little-endian."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np

from answer import Refusal, invalid

Shapes = Dict[str, List[int]]


def read_inputs(samples: Sequence[Dict[str, Any]]) -> Dict[str, np.ndarray]:
    """Name -> array, in the order of the request. What is float16 to the model comes as float32."""
    arrays = {}
    for one in samples:
        stored = "float32" if one["dtype"] == "float16" else one["dtype"]
        array = np.fromfile(one["file"], dtype=stored).reshape(one["shape"])
        arrays[one["name"]] = array.astype(one["dtype"])
    return arrays


def write_outputs(arrays: Sequence[np.ndarray], folder: str) -> List[Dict[str, Any]]:
    written = []
    for index, array in enumerate(arrays):
        file = Path(folder) / f"output-{index}.bin"
        plain = np.ascontiguousarray(array)
        plain.tofile(str(file))
        written.append({"dtype": str(plain.dtype), "shape": list(plain.shape), "file": str(file)})
    return written


def info(name: str, dtype: Any, shape: Sequence[int]) -> Dict[str, Any]:
    return {"name": name, "dtype": str(np.dtype(dtype)), "shape": [int(axis) for axis in shape]}


def check_names(shapes: Shapes, names: Sequence[str]) -> None:
    """A shape for an input that is not there is a slip of the pen, not a wish."""
    places = [str(position) for position in range(len(names))]
    strange = [name for name in shapes if name not in names and name not in places]
    if strange:
        raise invalid(f"it has no input {', '.join(strange)} (there: {', '.join(names)})")


def given_shape(shapes: Shapes, name: str, position: int) -> List[int]:
    """The shape that the caller gave for an input: by its name, or by its place where only a place was named."""
    return shapes.get(name) or shapes.get(str(position)) or []


def fixed_shape(declared: Sequence[int], given: Sequence[int], name: str) -> List[int]:
    """What the caller gave, else what the model declares with a batch of one; every axis must be known.

    :param declared: a free axis is 0, -1 or None; an empty shape is one that the model does not know
    """
    if given:
        fits = not declared or (
            len(declared) == len(given)
            and all(not known or known < 0 or known == want for known, want in zip(declared, given))
        )
        if not fits:
            raise Refusal("shape", input=name, declared=axes(declared), given=list(given))
        return list(given)
    shape = [axis if axis and axis > 0 else 0 for axis in declared]
    if shape and shape[0] == 0:
        shape[0] = 1
    if not shape or 0 in shape:
        raise Refusal("shape", input=name, declared=axes(declared), given=None)
    return shape


def axes(declared: Sequence[Any]) -> List[int]:
    return [int(axis) if axis and axis > 0 else -1 for axis in declared]


def reference(run: Any, request: Dict[str, Any]) -> Dict[str, Any]:
    """Runs each sample in the framework that the model is from: what every target has to compute.

    :param run: name -> array in, arrays out, called once a sample
    """
    answers: List[Dict[str, Any]] = []
    for sample in request["samples"]:
        Path(sample["out"]).mkdir(parents=True, exist_ok=True)
        answers.append({"outputs": write_outputs(run(read_inputs(sample["inputs"])), sample["out"])})
    return {"samples": answers}


def by_position(values: Dict[str, np.ndarray]) -> Tuple[np.ndarray, ...]:
    return tuple(values.values())

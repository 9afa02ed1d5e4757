"""What an ONNX model says about a split: probabilities by picture, and the figures made from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Dict, List, Sequence

import numpy as np
import onnxruntime

from dataset import Sample, read, resize, to_input


def softmax(logits: np.ndarray) -> np.ndarray:
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def predict(model: Path, samples: Sequence[Sample]) -> np.ndarray:
    """Class probabilities, `[samples, classes]`, one picture at a time as on the device."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(model), options, ["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    rows = []
    for sample in samples:
        picture = resize(read(sample.path))
        rows.append(session.run(None, {name: to_input(picture[None])})[0][0])
    return softmax(np.stack(rows))


def confusion(samples: Sequence[Sample], probabilities: np.ndarray) -> np.ndarray:
    """`[classes, classes]` counts; row: the true class, column: the predicted one."""
    classes = probabilities.shape[1]
    matrix = np.zeros((classes, classes), dtype=int)
    for sample, row in zip(samples, probabilities):
        matrix[sample.label, int(row.argmax())] += 1
    return matrix


def metrics(matrix: np.ndarray, labels: Sequence[str]) -> Dict[str, object]:
    """Accuracy and, for each class, precision, recall and the number of pictures."""
    per_class = {}
    for index, label in enumerate(labels):
        hits, pictures, said = matrix[index, index], matrix[index].sum(), matrix[:, index].sum()
        per_class[label] = {
            "precision": round(float(hits / said), 4) if said else 0.0,
            "recall": round(float(hits / pictures), 4) if pictures else 0.0,
            "pictures": int(pictures),
        }
    return {
        "accuracy": round(float(np.trace(matrix) / matrix.sum()), 4),
        "pictures": int(matrix.sum()),
        "perClass": per_class,
        "confusion": matrix.tolist(),
    }


def write_predictions(
    path: Path, samples: Sequence[Sample], probabilities: np.ndarray, labels: List[str]
) -> None:
    """`{labels, predictions: {"<class>/<file>": {label, probabilities}}}`, one picture a line."""
    lines = [
        f"    {json.dumps(sample.name)}: "
        + json.dumps(
            {
                "label": labels[int(row.argmax())],
                "probabilities": [round(float(value), 4) for value in row],
            }
        )
        for sample, row in zip(samples, probabilities)
    ]
    body = ",\n".join(lines)
    path.write_text(
        f'{{\n  "labels": {json.dumps(labels)},\n  "predictions": {{\n{body}\n  }}\n}}\n'
    )

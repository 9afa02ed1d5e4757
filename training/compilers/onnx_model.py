"""ONNX models: checked and made ready; ONNX Runtime says what they compute."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict

import onnxruntime

import onnx_form
from answer import Request, invalid, serve
from tensors import reference


def export(request: Request) -> Dict[str, Any]:
    model = onnx_form.read(Path(request["model"]))
    answer = onnx_form.finish(model, request["shapes"], Path(request["out"]) / "model.onnx")
    return {**answer, "framework": f"onnxruntime {onnxruntime.__version__}"}


def run_samples(request: Request) -> Dict[str, Any]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(
            request["onnx"], options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # ONNX Runtime's errors share no class
        raise invalid(f"ONNX Runtime does not load it ({error})") from error
    return reference(lambda values: session.run(None, values), request)


if __name__ == "__main__":
    serve({"export": export, "reference": run_samples})

"""PyTorch models: TorchScript (`torch.jit.save`), or a state dictionary with the code of its network."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Dict, List

import numpy as np
import onnx
import torch

import network
import onnx_form
from answer import Request, Refusal, invalid, serve, unsupported
from tensors import by_position, reference


def load(request: Request) -> torch.nn.Module:
    path = request["model"]
    if request.get("network"):
        net = network.build(request["network"])
        state = torch.load(path, map_location="cpu")
        try:
            net.load_state_dict(state.get("state_dict", state))
        except (AttributeError, RuntimeError) as error:
            raise invalid(f"its weights are not those of the network ({first_line(error)})") from error
        return net.eval()
    try:
        return torch.jit.load(path, map_location="cpu").eval()
    except RuntimeError as error:
        reason = (
            "it is no TorchScript file. Save it with torch.jit.save(torch.jit.trace(model, example), …), "
            f"or name the code of its network with --network ({first_line(error)})"
        )
        raise invalid(reason) from error


def first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0]


def flat(outputs: Any) -> List[np.ndarray]:
    many = outputs if isinstance(outputs, (tuple, list)) else [outputs]
    if isinstance(outputs, dict):
        many = list(outputs.values())
    return [one.detach().numpy() for one in many]


def export(request: Request) -> Dict[str, Any]:
    shapes = request["shapes"]
    if not shapes:
        # Neither TorchScript nor a state says what it takes.
        raise Refusal("shape", input="0", declared=[], given=None)
    names = [name if not name.isdigit() else onnx_form.plain("input", []) for name in shapes]
    examples = tuple(torch.zeros(*shape) for shape in shapes.values())
    net = load(request)
    folder = Path(request["out"])
    folder.mkdir(parents=True, exist_ok=True)
    raw = folder / "exported.onnx"
    with torch.no_grad():
        try:
            outputs = flat(net(*examples))
        except RuntimeError as error:
            lines = str(error).strip().splitlines()
            raise invalid(f"it does not run on inputs of {list(shapes.values())} ({lines[-1]})") from error
        try:
            torch.onnx.export(
                net,
                examples,
                str(raw),
                opset_version=onnx_form.OPSET,
                input_names=names,
                output_names=[f"output{i}" if i else "output" for i in range(len(outputs))],
                do_constant_folding=True,
            )
        except RuntimeError as error:
            found = re.search(r"(?:Exporting the operator|export operator) '?([\w:]+)'?", str(error))
            if found is None:
                found = re.search(r"Unknown builtin op: (\S+?)\.", str(error))
            if found is None:
                raise
            raise unsupported([found.group(1)], "PyTorch's ONNX exporter") from error
    answer = onnx_form.finish(onnx.load(str(raw)), {}, folder / "model.onnx")
    raw.unlink()
    return {**answer, "framework": f"torch {torch.__version__}"}


def run_samples(request: Request) -> Dict[str, Any]:
    net = load(request)

    def run(values: Dict[str, np.ndarray]) -> List[np.ndarray]:
        with torch.no_grad():
            return flat(net(*(torch.from_numpy(value.copy()) for value in by_position(values))))

    return reference(run, request)


if __name__ == "__main__":
    torch.set_num_threads(1)
    serve({"export": export, "reference": run_samples})

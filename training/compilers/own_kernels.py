"""ONNX files -> folders that DLR loads, by this product's own kernels and the C++ compiler of the machine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Dict

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import onnx  # noqa: E402

from answer import Request, progress, serve, unsupported, where  # noqa: E402
from compile import check_library  # noqa: E402  (the program of this name in the folder above)
from kernels.build import CompilerFailed, build  # noqa: E402
from kernels.network import Unsupported  # noqa: E402
from targets import TARGETS  # noqa: E402


def compile_targets(request: Request) -> Dict[str, Any]:
    model = onnx.load(request["onnx"])
    folders, failed = {}, {}
    for name in request["targets"]:
        progress(f"compiling for {name} with kernels of our own")
        target = TARGETS[name]
        folder = Path(request["out"]) / name
        folder.mkdir(parents=True)
        try:
            build(model, target, folder)
        except Unsupported as error:
            raise unsupported([str(error)], "the kernels") from error
        except CompilerFailed as error:
            failed[name] = str(error)
            continue
        check_library(folder, target)
        folders[name] = where(target, folder)
    return {"targets": folders, "failed": failed}


if __name__ == "__main__":
    serve({"compile": compile_targets})

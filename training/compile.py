"""Compiles an ONNX model to a folder that the Neo Deep Learning Runtime (DLR) loads.

The folder gets exactly `compiled.so`, `compiled.json` and `compiled.params`; what made them is written
beside it, as `<folder>.build.json`. The kernels of this project need Python with onnx and a C++
compiler; TVM needs the compile environment (requirements-compile.txt).
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Dict

import onnx

from targets import TARGETS, Target

FILES = ("compiled.so", "compiled.json", "compiled.params")


def prepare_folder(out: Path) -> None:
    """Empty the folder of an earlier run; what is not ours there is not ours to delete."""
    out.mkdir(parents=True, exist_ok=True)
    strangers = sorted(file.name for file in out.iterdir() if file.name not in FILES)
    if strangers:
        raise SystemExit(f"{out} holds {', '.join(strangers)}: name an empty or a new folder")
    for file in out.iterdir():
        file.unlink()


def check_library(folder: Path, target: Target) -> None:
    """The file is for the right machine and exports every function that the graph calls."""
    path = folder / "compiled.so"
    read = ["readelf", "--wide"]
    header = subprocess.run(
        [*read, "--file-header", path], check=True, capture_output=True, text=True
    ).stdout
    if target.elf_machine not in header:
        raise SystemExit(f"{path} is not for {target.elf_machine}:\n{header}")
    symbols = subprocess.run(
        [*read, "--dyn-syms", path], check=True, capture_output=True, text=True
    ).stdout.split()
    graph = json.loads((folder / "compiled.json").read_text())
    called = {node["attrs"]["func_name"] for node in graph["nodes"] if node["op"] == "tvm_op"}
    missing = called - set(symbols) - {"__nop"}
    if missing:
        raise SystemExit(f"{path} does not export {', '.join(sorted(missing))}")


def compile_model(model: Path, name: str, out: Path, compiler: str) -> Dict[str, str]:
    """Compile for one of TARGETS. Returns what made the files."""
    if compiler == "tvm":
        from tvm_build import build
    else:
        from kernels.build import build
    target = TARGETS[name]
    loaded = onnx.load(str(model))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        try:
            made = {"with": compiler, **build(loaded, target, folder)}
        except SystemExit as error:
            raise SystemExit(f"{error}; TVM may: --with tvm") from error
        check_library(folder, target)
        # What was in the folder goes only now that there is something better.
        prepare_folder(out)
        for file in FILES:
            shutil.copyfile(folder / file, out / file)
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path, help="ONNX file with fixed shapes")
    parser.add_argument("--target", required=True, choices=sorted(TARGETS))
    parser.add_argument("--out", type=Path, required=True, help="folder to (over)write")
    parser.add_argument(
        "--with",
        dest="compiler",
        choices=("kernels", "tvm"),
        default="kernels",
        help="kernels: fast, few operators (default); tvm: slower, many operators",
    )
    arguments = parser.parse_args()
    out: Path = arguments.out
    made = compile_model(arguments.model, arguments.target, out, arguments.compiler)
    out.with_name(f"{out.name}.build.json").write_text(json.dumps(made, indent=2) + "\n")
    size = sum(file.stat().st_size for file in out.iterdir())
    print(f"{out}: {arguments.target} with {arguments.compiler}, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()

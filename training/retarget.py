"""Compiles the DLR targets of a model package anew from its own ONNX file.

Replaces their files, their digests and their provenance in `model.json`, and the package's digest in
`shipped.json` beside it. Needs Python with onnx and a C++ compiler. The same model, kernels and
compiler give the same bytes.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from compile import compile_model
from package_targets import add_dlr_target, digest


def retarget(package: Path, compiler: str) -> None:
    manifest = json.loads((package / "model.json").read_text())
    source = next(target for target in manifest["targets"] if target["runtime"] == "onnx")
    model = package / source["path"] / "model.onnx"
    made = manifest["provenance"].setdefault("targets", {})
    for i, target in enumerate(manifest["targets"]):
        if target["runtime"] != "dlr":
            continue
        name = target["name"].partition("dlr-")[2]
        with tempfile.TemporaryDirectory() as folder:
            made[target["name"]] = compile_model(model, name, Path(folder), compiler)
            manifest["targets"][i] = add_dlr_target(name, Path(folder), package)
        print(f"{target['name']}: {made[target['name']]['compiler']}")
    (package / "model.json").write_text(json.dumps(manifest, indent=2) + "\n")
    shipped = package.parent / "shipped.json"
    if shipped.exists():
        digests = json.loads(shipped.read_text())
        digests[manifest["name"]] = digest(package / "model.json")
        shipped.write_text(json.dumps(digests, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", type=Path)
    parser.add_argument("--with", dest="compiler", choices=("kernels", "tvm"), default="kernels")
    arguments = parser.parse_args()
    retarget(arguments.package, arguments.compiler)


if __name__ == "__main__":
    main()

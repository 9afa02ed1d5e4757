"""Assembles a model package: targets, labels, golden samples, and `model.json` with every digest."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any, Dict, List

import cv2
import numpy as np

from inference import OnnxModel
from package_targets import add_dlr_target, digest, digests
from preprocess import Preprocess
from targets import TARGETS

GOLDEN_WIDTH = 320
GOLDEN_TOLERANCE = 0.02
"""Largest difference of a logit between CPUs and runtimes: 30 times what was seen."""


def add_onnx_target(model: Path, package: Path) -> Dict[str, Any]:
    folder = package / "onnx"
    folder.mkdir()
    shutil.copyfile(model, folder / "model.onnx")
    return {"name": "onnx", "runtime": "onnx", "path": "onnx", "files": digests(folder)}


def add_golden(
    pictures: List[Path], model: OnnxModel, preprocess: Preprocess, package: Path
) -> List[Dict[str, Any]]:
    """Store each picture, made smaller, as PNG, with the raw outputs of the ONNX graph for it."""
    folder = package / "golden"
    folder.mkdir()
    entries = []
    for path in pictures:
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if picture is None:
            raise SystemExit(f"{path} cannot be decoded: it is missing, damaged or not a picture")
        height = round(picture.shape[0] * GOLDEN_WIDTH / picture.shape[1])
        picture = cv2.resize(picture, (GOLDEN_WIDTH, height), interpolation=cv2.INTER_AREA)
        stored = folder / f"{path.stem}.png"
        cv2.imwrite(str(stored), picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])
        outputs = model.run(preprocess(picture))
        expected = {
            "label": preprocess.labels[int(np.argmax(outputs))],
            "outputs": {
                "0": {"shape": list(outputs.shape), "data": [float(v) for v in outputs.flat]}
            },
        }
        stored.with_suffix(".json").write_text(json.dumps(expected, indent=2) + "\n")
        entries.append(
            {
                "input": f"golden/{stored.name}",
                "output": f"golden/{stored.stem}.json",
                "tolerance": GOLDEN_TOLERANCE,
            }
        )
    return entries


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "trained", type=Path, help="folder with model.onnx, labels.txt and metrics.json"
    )
    parser.add_argument("--manifest", type=Path, required=True, help="what is known beforehand")
    parser.add_argument(
        "--dlr",
        action="append",
        default=[],
        metavar="TARGET=FOLDER",
        help="a folder that compile.py wrote; repeat for each target",
    )
    parser.add_argument("--golden", type=Path, nargs="+", required=True, help="pictures")
    parser.add_argument("--command", default="", help="the training command, for the provenance")
    parser.add_argument("--out", type=Path, required=True, help="package folder to (over)write")
    arguments = parser.parse_args()

    package: Path = arguments.out
    package.mkdir(parents=True, exist_ok=True)
    for stale in package.glob("*"):
        if stale.is_dir():
            shutil.rmtree(stale)
    manifest = json.loads(arguments.manifest.read_text())
    model = arguments.trained / "model.onnx"
    shutil.copyfile(arguments.trained / "labels.txt", package / "labels.txt")
    targets, made = [], {}
    for choice in arguments.dlr:
        name, _, folder = choice.partition("=")
        if name not in TARGETS:
            parser.error(f"--dlr {choice}: expected one of {', '.join(TARGETS)} before the '='")
        compiled = Path(folder)
        targets.append(add_dlr_target(name, compiled, package))
        build = compiled.with_name(f"{compiled.name}.build.json")
        made[targets[-1]["name"]] = json.loads(build.read_text())
    targets.append(add_onnx_target(model, package))
    preprocess = Preprocess.from_manifest(manifest, (package / "labels.txt").read_text().split())
    golden = add_golden(arguments.golden, OnnxModel(model), preprocess, package)

    metrics = json.loads((arguments.trained / "metrics.json").read_text())
    provenance = {**manifest.pop("provenance"), "command": arguments.command, **metrics}
    provenance["targets"] = made
    license_name = manifest.pop("license")
    files = {"labels.txt": digest(package / "labels.txt")}
    files.update({f"golden/{k}": v for k, v in digests(package / "golden").items()})
    manifest.update(
        targets=targets, golden=golden, files=files, license=license_name, provenance=provenance
    )
    (package / "model.json").write_text(json.dumps(manifest, indent=2) + "\n")
    size = sum(file.stat().st_size for file in package.rglob("*") if file.is_file())
    print(f"{package}: {len(targets)} targets, {len(golden)} golden samples, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()

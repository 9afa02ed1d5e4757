"""Runs every target of a package that this machine can run: golden samples, accuracy, latency."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any, Dict, List, Tuple, Union

import cv2
import numpy as np

from inference import DlrModel, OnnxModel
from preprocess import Preprocess

Model = Union[DlrModel, OnnxModel]


def cpu_features() -> List[str]:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith(("flags", "Features")):
            return line.split(":", 1)[1].split()
    return []


def golden_difference(
    package: Path, manifest: Dict[str, Any], model: Model, p: Preprocess
) -> float:
    """Largest difference of a raw output over the golden samples."""
    largest = 0.0
    for sample in manifest["golden"]:
        picture = cv2.imread(str(package / sample["input"]), cv2.IMREAD_COLOR)
        expected = json.loads((package / sample["output"]).read_text())["outputs"]["0"]["data"]
        difference = float(np.abs(model.run(p(picture)).ravel() - np.array(expected)).max())
        if not difference <= sample["tolerance"]:
            raise SystemExit(
                f"{sample['input']}: differs by {difference}, {sample['tolerance']} allowed"
            )
        largest = max(largest, difference)
    return largest


def accuracy(split: Path, model: Model, p: Preprocess) -> Tuple[float, List[float]]:
    """Share of pictures with the right label, and the time of each run in milliseconds."""
    right, times = 0, []
    for index, label in enumerate(p.labels):
        for path in sorted((split / label).glob("*.jpg")):
            tensor = p(cv2.imread(str(path), cv2.IMREAD_COLOR))
            started = time.perf_counter()
            outputs = model.run(tensor)
            times.append((time.perf_counter() - started) * 1000)
            right += int(outputs.argmax()) == index
    return right / len(times), times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", type=Path)
    parser.add_argument("--libdlr", type=Path, required=True, help="libdlr.so")
    parser.add_argument("--pictures", type=Path, required=True, help="<label>/*.jpg below it")
    arguments = parser.parse_args()
    package: Path = arguments.package
    manifest = json.loads((package / "model.json").read_text())
    labels = (package / manifest["labels"]).read_text().split()
    preprocess = Preprocess.from_manifest(manifest, labels)
    features = set(cpu_features())
    print(f"{'target':<16} {'golden':>10} {'accuracy':>9} {'median ms':>10} {'p95 ms':>8}")
    for target in manifest["targets"]:
        missing = set(target.get("platform", {}).get("cpuFeatures", [])) - features
        if missing:
            print(f"{target['name']:<16} skipped: this CPU lacks {', '.join(sorted(missing))}")
            continue
        folder = package / target["path"]
        model: Model = (
            OnnxModel(folder / "model.onnx")
            if target["runtime"] == "onnx"
            else DlrModel(arguments.libdlr, folder)
        )
        difference = golden_difference(package, manifest, model, preprocess)
        share, times = accuracy(arguments.pictures, model, preprocess)
        p95 = statistics.quantiles(times, n=20)[-1]
        print(
            f"{target['name']:<16} {difference:>10.1e} {share:>9.4f}"
            f" {statistics.median(times):>10.2f} {p95:>8.2f}"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()

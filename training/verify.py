"""Runs every target of a package that this machine can run.

Golden samples, accuracy, agreement with the ONNX graph on every picture, latency on one thread."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any, Dict, List, Union

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


class Pictures:
    """What a model says about each picture of a split."""

    def __init__(self, split: Path, model: Model, p: Preprocess):
        outputs, self.times, right = [], [], 0
        for index, label in enumerate(p.labels):
            for path in sorted((split / label).glob("*.jpg")):
                tensor = p(cv2.imread(str(path), cv2.IMREAD_COLOR))
                started = time.perf_counter()
                outputs.append(model.run(tensor).ravel())
                self.times.append((time.perf_counter() - started) * 1000)
                right += int(outputs[-1].argmax()) == index
        self.outputs = np.array(outputs)
        self.accuracy = right / len(outputs)


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
    source = next(target for target in manifest["targets"] if target["runtime"] == "onnx")
    reference = Pictures(
        arguments.pictures, OnnxModel(package / source["path"] / "model.onnx"), preprocess
    )
    print(
        f"{'target':<16} {'golden':>8} {'accuracy':>9} {'top-1 as onnx':>14} {'logit differs':>14}"
        f" {'median ms':>10} {'p95 ms':>8}"
    )
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
        golden = golden_difference(package, manifest, model, preprocess)
        seen = Pictures(arguments.pictures, model, preprocess)
        same = (seen.outputs.argmax(axis=1) == reference.outputs.argmax(axis=1)).sum()
        difference = np.abs(seen.outputs - reference.outputs).max()
        p95 = statistics.quantiles(seen.times, n=20)[-1]
        print(
            f"{target['name']:<16} {golden:>8.1e} {seen.accuracy:>9.4f}"
            f" {f'{same}/{len(seen.outputs)}':>14} {difference:>14.1e}"
            f" {statistics.median(seen.times):>10.2f} {p95:>8.2f}"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()

"""Trains the waste sorter. Runs on a desk and, unchanged, as a SageMaker script-mode entry point.

Reads `<training>/<class>/*.jpg` and `<validation>/<class>/*.jpg`; writes to the model folder
`model.onnx`, `labels.txt`, `metrics.json` and `predictions.json` (of the validation split).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime
import torch

from calibrate import calibrate, expected_calibration_error
from dataset import list_labels, list_samples
from efficientnet_lite import pretrained
from finetune import FineTuning, Settings
from head import fit_head
from onnx_graph import write
from predictions import confusion, metrics, predict, write_predictions


def parse_arguments() -> argparse.Namespace:
    environment = os.environ.get
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model-dir", default=environment("SM_MODEL_DIR"))
    parser.add_argument("--train", default=environment("SM_CHANNEL_TRAINING"))
    parser.add_argument("--validation", default=environment("SM_CHANNEL_VALIDATION"))
    parser.add_argument("--checkpoints", default=environment("SM_CHECKPOINT_DIR"))
    parser.add_argument("--threads", type=int, default=int(environment("SM_NUM_CPUS", "2")))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--epochs", type=int, default=0, help="of fine-tuning; 0 trains the linear head alone"
    )
    for name, default in Settings._field_defaults.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)
    arguments = parser.parse_args()
    for name in ("model_dir", "train", "validation"):
        if getattr(arguments, name) is None:
            parser.error(f"--{name.replace('_', '-')} is required outside SageMaker")
    if arguments.epochs % arguments.cycles != 0:
        parser.error(
            f"--epochs {arguments.epochs} is not a multiple of --cycles {arguments.cycles}"
        )
    return arguments


def seed_everything(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True)


def main() -> None:
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    seed_everything(arguments.seed)
    labels = list_labels(Path(arguments.train))
    training = list_samples(Path(arguments.train), labels)
    validation = list_samples(Path(arguments.validation), labels)
    print(f"{len(training)} pictures to train on, {len(validation)} to validate, labels {labels}")

    network = pretrained(len(labels)).to(memory_format=torch.channels_last)
    folder = arguments.checkpoints
    checkpoint = Path(folder) / "checkpoint.pt" if folder and arguments.epochs > 0 else None
    resumes = checkpoint is not None and checkpoint.exists()
    if not resumes:
        fit_head(network, training)
        print("linear head fitted", flush=True)
    if arguments.epochs > 0:
        settings = Settings(**{name: getattr(arguments, name) for name in Settings._fields})
        tuning = FineTuning(network, settings, arguments.epochs, arguments.seed)
        if resumes:
            tuning.restore(checkpoint)
            print(f"going on after epoch {tuning.done}", flush=True)
        network = tuning.run(training, validation, checkpoint)

    temperature = calibrate(network, validation)
    out = Path(arguments.model_dir)
    out.mkdir(parents=True, exist_ok=True)
    write(network, len(labels), out / "model.onnx")
    (out / "labels.txt").write_text("".join(f"{label}\n" for label in labels))
    probabilities = predict(out / "model.onnx", validation)
    result = metrics(confusion(validation, probabilities), labels)
    error = expected_calibration_error(probabilities, np.array([s.label for s in validation]))
    result["expectedCalibrationError"] = round(error, 4)
    write_predictions(out / "predictions.json", validation, probabilities, labels)
    record = {
        "seed": arguments.seed,
        "epochs": arguments.epochs,
        "hyperparameters": {name: getattr(arguments, name) for name in Settings._fields},
        "temperature": temperature,
        "trainingPictures": len(training),
        "validation": result,
        "tools": {
            "python": platform.python_version(),
            "torch": torch.__version__.split("+")[0],
            "opencv": cv2.__version__,
            "numpy": np.__version__,
            "onnx": onnx.__version__,
            "onnxruntime": onnxruntime.__version__,
        },
    }
    (out / "metrics.json").write_text(json.dumps(record, indent=2) + "\n")
    print(f"validation accuracy {result['accuracy']:.4f} of {result['pictures']} pictures")


if __name__ == "__main__":
    main()

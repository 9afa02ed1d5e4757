"""Picture to input tensor as a manifest describes it: the reference for the component's own path."""

from __future__ import annotations

from typing import Any, Dict, List

import cv2
import numpy as np

INTERPOLATIONS = {"area": cv2.INTER_AREA, "linear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC}


class Preprocess:
    """Stretch, normalise, order channels and axes. Other resize modes are refused, not guessed."""

    def __init__(self, spec: Dict[str, Any], labels: List[str]):
        if spec["resize"]["mode"] != "stretch" or spec["dtype"] != "float32":
            raise SystemExit("only the resize mode 'stretch' and the dtype 'float32' are supported")
        self.labels = labels
        self.channels_first = spec["layout"] == "NCHW"
        self.reverse_channels = spec["colorOrder"] == "RGB"
        height, width = spec["shape"][2:] if self.channels_first else spec["shape"][1:3]
        self.size = (width, height)
        self.interpolation = INTERPOLATIONS[spec["resize"]["interpolation"]]
        self.mean = np.array(spec["mean"], np.float32)
        self.std = np.array(spec["std"], np.float32)

    @staticmethod
    def from_manifest(manifest: Dict[str, Any], labels: List[str]) -> "Preprocess":
        return Preprocess(manifest["input"], labels)

    def __call__(self, picture: np.ndarray) -> np.ndarray:
        """`[height, width, 3]` uint8 BGR -> the model's input, float32, batch of one."""
        resized = cv2.resize(picture, self.size, interpolation=self.interpolation)
        ordered = resized[..., ::-1] if self.reverse_channels else resized
        tensor = (ordered.astype(np.float32) - self.mean) / self.std
        if self.channels_first:
            tensor = tensor.transpose(2, 0, 1)
        return np.ascontiguousarray(tensor[None])

"""Pictures of a class-per-folder data set, decoded and resized exactly as the component does it."""

from __future__ import annotations

from pathlib import Path
from typing import List, NamedTuple

import cv2
import numpy as np

from efficientnet_lite import INPUT_MEAN, INPUT_STD

SIZE = 224


class Sample(NamedTuple):
    path: Path
    name: str
    """`<class>/<file>`, relative to the split's folder."""
    label: int


def list_labels(split: Path) -> List[str]:
    labels = sorted(entry.name for entry in split.iterdir() if entry.is_dir())
    if not labels:
        raise SystemExit(f"{split} has no class folders: expected <class>/<picture>.jpg below it")
    return labels


def list_samples(split: Path, labels: List[str]) -> List[Sample]:
    samples = [
        Sample(path, f"{label}/{path.name}", index)
        for index, label in enumerate(labels)
        for path in sorted((split / label).glob("*.jpg"))
    ]
    if not samples:
        raise SystemExit(f"{split} has no pictures: expected <class>/<picture>.jpg below it")
    return samples


def read(path: Path) -> np.ndarray:
    """Decode to `[height, width, 3]`, uint8, BGR, turned upright by its EXIF orientation."""
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise SystemExit(f"{path} cannot be decoded: it is damaged or not a picture")
    return picture


def resize(picture: np.ndarray, size: int = SIZE) -> np.ndarray:
    """Stretch to `size` x `size`, which the manifest calls mode `stretch`, interpolation `area`."""
    return cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA)


def to_input(pictures: np.ndarray) -> np.ndarray:
    """`[n, height, width, 3]` uint8 BGR -> `[n, 3, height, width]` float32 RGB, normalised."""
    rgb = pictures[..., ::-1].astype(np.float32)
    return np.ascontiguousarray(((rgb - INPUT_MEAN) / INPUT_STD).transpose(0, 3, 1, 2))

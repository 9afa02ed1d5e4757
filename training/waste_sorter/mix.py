"""Mixtures of pairs of pictures with mixtures of their labels: mixup and CutMix.

H. Zhang et al., "mixup: Beyond Empirical Risk Minimization" (2017); S. Yun et al., "CutMix" (2019).
"""

from __future__ import annotations

import math
from typing import Tuple

import torch
from numpy.random import Generator
from torch import Tensor


def mix(pictures: Tensor, targets: Tensor, share: float, rng: Generator) -> Tuple[Tensor, Tensor]:
    """Mix `share` of all batches, half by mixup, half by CutMix.

    `pictures` `[n, 3, h, w]`, `targets` `[n, classes]` (probabilities); the results have the same
    shapes.
    """
    if rng.random() >= share:
        return pictures, targets
    other = torch.from_numpy(rng.permutation(len(pictures)))
    if rng.random() < 0.5:
        kept = float(rng.beta(0.4, 0.4))
        pictures = pictures * kept + pictures[other] * (1 - kept)
    else:
        height, width = pictures.shape[2:]
        side = math.sqrt(1 - float(rng.beta(1.0, 1.0)))
        box_height, box_width = int(height * side), int(width * side)
        y = int(rng.integers(0, height - box_height + 1))
        x = int(rng.integers(0, width - box_width + 1))
        box = (slice(None), slice(None), slice(y, y + box_height), slice(x, x + box_width))
        pictures = pictures.clone()
        pictures[box] = pictures[other][box]
        kept = 1 - box_height * box_width / (height * width)
    return pictures, targets * kept + targets[other] * (1 - kept)

"""A small convolutional network as the layers that the kernels know."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import List, Optional, Tuple

import numpy as np


class Unsupported(SystemExit):
    """The graph has something that the kernels do not compute."""


@dataclass
class Layer:
    kind: str
    """dense | depthwise | pointwise | add | pool | linear | softmax"""
    name: str
    inputs: List[str]
    output: str
    shape: Tuple[int, ...]
    """Of the output: [channels, height, width] or [channels]."""
    weight: Optional[np.ndarray] = None
    """Convolutions: [out, in, ky, kx]; linear: [out, in]."""
    bias: Optional[np.ndarray] = None
    stride: int = 1
    pads: Tuple[int, int, int, int] = (0, 0, 0, 0)
    """top, left, bottom, right"""
    low: float = -math.inf
    high: float = math.inf
    """Bounds of the values, applied last."""
    residual: Optional[str] = None
    """Tensor of the output's shape that is added before the bounds."""

    @property
    def weights(self) -> np.ndarray:
        assert self.weight is not None, self.name
        return self.weight


@dataclass
class Network:
    input: str
    input_shape: Tuple[int, ...]
    output: str
    layers: List[Layer] = field(default_factory=list)

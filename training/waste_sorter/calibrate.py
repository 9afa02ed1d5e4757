"""Temperature scaling: probabilities that mean what they say.

Label smoothing and mixed pictures leave a network less sure than it should be. One number, by which
all logits are divided, repairs that without changing any decision (C. Guo et al., "On Calibration
of Modern Neural Networks", 2017).
"""

from __future__ import annotations

from typing import Sequence, Tuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from dataset import Sample, read, resize, to_input
from efficientnet_lite import EfficientNetLite0


def compute_logits(
    network: EfficientNetLite0, samples: Sequence[Sample], batch: int = 32
) -> Tuple[Tensor, Tensor]:
    """Logits `[samples, classes]` and true classes `[samples]`."""
    network.eval()
    parts = []
    with torch.no_grad():
        for start in range(0, len(samples), batch):
            pictures = np.stack([resize(read(s.path)) for s in samples[start : start + batch]])
            parts.append(network(torch.from_numpy(to_input(pictures))))
    return torch.cat(parts), torch.tensor([s.label for s in samples])


def fit_temperature(logits: Tensor, targets: Tensor) -> float:
    """The temperature with the least cross entropy, to 1 %."""
    candidates = torch.exp(torch.arange(-230, 231) / 100)
    losses = torch.stack([F.cross_entropy(logits / t, targets) for t in candidates])
    return round(float(candidates[losses.argmin()]), 3)


def calibrate(network: EfficientNetLite0, samples: Sequence[Sample]) -> float:
    """Divide the classifier by the temperature that fits `samples`; the temperature."""
    temperature = fit_temperature(*compute_logits(network, samples))
    with torch.no_grad():
        network._fc.weight /= temperature
        network._fc.bias /= temperature
    return temperature


def expected_calibration_error(probabilities: np.ndarray, targets: np.ndarray) -> float:
    """Mean gap between confidence and accuracy over ten bins of confidence, weighted by size."""
    confidence, right = probabilities.max(1), probabilities.argmax(1) == targets
    bins = np.minimum((confidence * 10).astype(int), 9)
    gaps = [
        abs(confidence[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean()
        for b in np.unique(bins)
    ]
    return float(sum(gaps))

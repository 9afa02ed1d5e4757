"""The linear head on frozen features: logistic regression, the starting point of fine-tuning.

Starting to fine-tune from a fitted head keeps the pretrained features from being distorted by the
large gradients of a random one (A. Kumar et al., "Fine-Tuning can Distort Pretrained Features and
Underperform Out-of-Distribution", 2022).
"""

from __future__ import annotations

from typing import Sequence

import numpy as np
import torch
from torch.nn import functional as F

from dataset import Sample, read, resize, to_input
from efficientnet_lite import EfficientNetLite0

BATCH = 32


def extract_features(network: EfficientNetLite0, samples: Sequence[Sample]) -> torch.Tensor:
    """Features of each picture and of its mirror image: `[2, samples, 1280]`."""
    network.eval()
    parts = []
    with torch.no_grad():
        for start in range(0, len(samples), BATCH):
            pictures = np.stack([resize(read(s.path)) for s in samples[start : start + BATCH]])
            views = [pictures, pictures[:, :, ::-1]]
            parts.append(
                torch.stack([network.features(torch.from_numpy(to_input(v))) for v in views])
            )
    return torch.cat(parts, dim=1)


def fit_head(
    network: EfficientNetLite0, samples: Sequence[Sample], weight_decay: float = 1e-3
) -> None:
    """Set the network's classifier to the minimum of the regularised cross entropy (L-BFGS)."""
    features = extract_features(network, samples).flatten(0, 1)
    targets = torch.tensor([s.label for s in samples]).repeat(2)
    mean, std = features.mean(0), features.std(0) + 1e-6
    scaled = (features - mean) / std
    weight = torch.zeros_like(network._fc.weight, requires_grad=True)
    bias = torch.zeros_like(network._fc.bias, requires_grad=True)
    optimiser = torch.optim.LBFGS([weight, bias], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        value = F.cross_entropy(scaled @ weight.t() + bias, targets)
        value = value + weight_decay * weight.square().sum()
        value.backward()
        return value

    optimiser.step(loss)
    with torch.no_grad():
        network._fc.weight.copy_(weight / std)
        network._fc.bias.copy_(bias - (weight / std) @ mean)

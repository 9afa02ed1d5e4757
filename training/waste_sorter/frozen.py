"""The first layers of the network, which stay as they are while the others are trained.

Their filters are general, and training them costs most, because their pictures are the largest.
Run without gradients, folded and a few pictures at a time, so that what one convolution writes is
still in the cache when the next one reads it.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from efficientnet_lite import EfficientNetLite0

CHUNK = 2


def freeze(network: EfficientNetLite0, layers: int) -> None:
    """Neither weights nor the statistics of batch normalisation change in the first `layers`."""
    for layer in network.layers()[:layers]:
        layer.eval()
        layer.requires_grad_(False)


def fold(network: EfficientNetLite0, layers: int) -> EfficientNetLite0:
    """A copy in which the batch normalisation of the first `layers` is part of the convolutions."""
    folded = copy.deepcopy(network).eval()
    pairs = [(folded, "_conv_stem", "_bn0")]
    for block in folded._blocks[: layers - 1]:
        if block.expands:
            pairs.append((block, "_expand_conv", "_bn0"))
        pairs += [(block, "_depthwise_conv", "_bn1"), (block, "_project_conv", "_bn2")]
    for owner, conv, norm in pairs:
        setattr(owner, conv, fuse_conv_bn_eval(getattr(owner, conv), getattr(owner, norm)))
        setattr(owner, norm, nn.Identity())
    return folded


class FrozenLayers:
    def __init__(self, network: EfficientNetLite0, layers: int):
        if layers >= len(network.layers()):
            raise SystemExit(f"{layers} frozen layers leave nothing to train")
        self.network = fold(network, layers) if layers > 0 else network
        self.layers = layers

    def __call__(self, pictures: Tensor) -> Tensor:
        """`[n, 3, h, w]` -> what layer number `layers` takes."""
        if self.layers == 0:
            return pictures
        with torch.no_grad():
            parts = [self.network.through(part, 0, self.layers) for part in pictures.split(CHUNK)]
            return torch.cat(parts)

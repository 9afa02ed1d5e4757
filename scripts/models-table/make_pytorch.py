"""PyTorch: a small network with depthwise convolutions, random weights, as TorchScript. `make_pytorch.py <folder>`"""

import sys
from pathlib import Path

import torch
from torch import nn

torch.manual_seed(7)


def unit(inputs, outputs):
    return nn.Sequential(
        nn.Conv2d(inputs, inputs, 3, stride=2, padding=1, groups=inputs, bias=False),
        nn.BatchNorm2d(inputs),
        nn.Hardswish(),
        nn.Conv2d(inputs, outputs, 1),
        nn.ReLU6(),
    )


net = nn.Sequential(
    nn.Conv2d(3, 16, 3, stride=2, padding=1),
    unit(16, 32),
    unit(32, 64),
    nn.AdaptiveAvgPool2d(1),
    nn.Flatten(),
    nn.Linear(64, 10),
).eval()
torch.jit.save(torch.jit.trace(net, torch.zeros(1, 3, 96, 96)), str(Path(sys.argv[1]) / "model.pt"))

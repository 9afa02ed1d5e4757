"""Fine-tuning of the network behind its frozen layers: AdamW, cosine schedule, averaged weights."""

from __future__ import annotations

import copy
import math
import time
from pathlib import Path
from typing import Iterator, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from augment import augment
from calibrate import compute_logits
from dataset import SIZE, Sample, read, to_input
from efficientnet_lite import EfficientNetLite0
from frozen import FrozenLayers, freeze
from mix import mix


class Settings(NamedTuple):
    batch: int = 32
    learning_rate: float = 6e-4
    head_learning_rate: float = 6e-4
    weight_decay: float = 0.02
    cycles: int = 1
    """Equal parts of the training. In each the learning rate rises to half the height of the one
    before and falls again (I. Loshchilov and F. Hutter, "SGDR", 2017)."""
    warm_up: float = 2.0
    """Epochs of each cycle in which the learning rate rises."""
    frozen: int = 5
    """Layers from the input on that stay as they are."""
    label_smoothing: float = 0.1
    mixed: float = 0.5
    """Share of batches that are mixed; the last tenth of the epochs mixes nothing."""
    ema_decay: float = 0.995


def schedule(progress: float, warm_up: float) -> float:
    """Factor of the learning rate at `progress` (0..1): linear rise, then a half cosine."""
    if progress < warm_up:
        return progress / warm_up
    return 0.5 * (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up)))


def picture_size(cycle: int, progress: float) -> int:
    """Smaller pictures first: they cost half, and objects in random crops look larger than in whole
    pictures anyway (H. Touvron et al., "Fixing the train-test resolution discrepancy", 2019)."""
    if cycle == 0:
        return 160 if progress < 0.5 else 192 if progress < 0.8 else SIZE
    return 192 if progress < 0.5 else SIZE


def parameter_groups(network: EfficientNetLite0, settings: Settings) -> List[dict]:
    """Weight decay for filters only; the classifier has its own learning rate."""
    groups = []
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            rate = settings.head_learning_rate if name[:3] == "_fc" else settings.learning_rate
            decay = settings.weight_decay if parameter.ndim > 1 else 0.0
            groups.append({"params": [parameter], "peak": rate, "weight_decay": decay})
    return groups


def batches(
    pictures: Sequence[np.ndarray],
    labels: Tensor,
    classes: int,
    settings: Settings,
    cycle: int,
    progress: float,
    rng: np.random.Generator,
) -> Iterator[Tuple[Tensor, Tensor]]:
    """One epoch in random order; the incomplete last batch is left out."""
    size = picture_size(cycle, progress)
    mixed = settings.mixed if progress < 0.9 else 0.0
    order = rng.permutation(len(pictures))
    for start in range(0, len(order) - settings.batch + 1, settings.batch):
        chosen = order[start : start + settings.batch]
        views = np.stack([augment(pictures[index], size, rng) for index in chosen])
        x = torch.from_numpy(to_input(views))
        y = F.one_hot(labels[torch.from_numpy(chosen)], classes).float()
        x, y = mix(x, y, mixed, rng)
        yield x.to(memory_format=torch.channels_last), y


def update_average(average: nn.Module, network: nn.Module, decay: float) -> None:
    with torch.no_grad():
        current = network.state_dict()
        for name, value in average.state_dict().items():
            if value.dtype.is_floating_point:
                value.lerp_(current[name], 1 - decay)
            else:
                value.copy_(current[name])


def accuracy(network: EfficientNetLite0, samples: Sequence[Sample]) -> float:
    logits, targets = compute_logits(network, samples)
    return float((logits.argmax(1) == targets).float().mean())


class FineTuning:
    """The network in training, its averaged copy and its optimiser.

    The last epoch's average is the result, not the best epoch's: choosing by a small validation
    split would fit the model to it.
    """

    def __init__(self, network: EfficientNetLite0, settings: Settings, epochs: int, seed: int):
        self.network, self.settings, self.seed = network, settings, seed
        self.epochs, self.cycle_epochs = epochs, epochs // settings.cycles
        self.average = copy.deepcopy(network)
        freeze(network, settings.frozen)
        self.frozen = FrozenLayers(network, settings.frozen)
        self.optimiser = torch.optim.AdamW(parameter_groups(network, settings))
        self.done = 0
        """Epochs that are finished."""

    def restore(self, checkpoint: Path) -> None:
        state = torch.load(checkpoint)
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.done = state["epoch"] + 1

    def save(self, checkpoint: Path) -> None:
        """An interrupted training that goes on from here ends with the same result as an
        uninterrupted one, because each epoch has its own random numbers."""
        checkpoint.parent.mkdir(parents=True, exist_ok=True)
        state = {
            "epoch": self.done - 1,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }
        torch.save(state, checkpoint)

    def run_epoch(self, pictures: Sequence[np.ndarray], labels: Tensor) -> float:
        """Train one epoch; the mean loss."""
        settings, network = self.settings, self.network
        cycle, position = divmod(self.done, self.cycle_epochs)
        rng = np.random.default_rng([self.seed, self.done])
        torch.manual_seed(self.seed * 100_000 + self.done)
        network.train()
        freeze(network, settings.frozen)
        classes, steps = network._fc.out_features, len(pictures) // settings.batch
        total = 0.0
        for step, (x, y) in enumerate(
            batches(pictures, labels, classes, settings, cycle, position / self.cycle_epochs, rng)
        ):
            progress = (position * steps + step) / (self.cycle_epochs * steps)
            factor = schedule(progress, settings.warm_up / self.cycle_epochs) * 0.5**cycle
            for group in self.optimiser.param_groups:
                group["lr"] = group["peak"] * factor
            logits = network(self.frozen(x), settings.frozen)
            loss = F.cross_entropy(logits, y, label_smoothing=settings.label_smoothing)
            self.optimiser.zero_grad(set_to_none=True)
            loss.backward()
            self.optimiser.step()
            update_average(self.average, network, settings.ema_decay)
            total += loss.item()
        self.done += 1
        return total / steps

    def run(
        self, training: Sequence[Sample], validation: Sequence[Sample], checkpoint: Optional[Path]
    ) -> EfficientNetLite0:
        pictures = [read(sample.path) for sample in training]
        labels = torch.tensor([sample.label for sample in training])
        while self.done < self.epochs:
            started = time.monotonic()
            loss = self.run_epoch(pictures, labels)
            line = f"epoch {self.done}/{self.epochs}: loss {loss:.4f}"
            if self.done % 5 == 0:
                line += f", validation {accuracy(self.average, validation):.4f}"
            print(f"{line}, {time.monotonic() - started:.0f} s", flush=True)
            if checkpoint:
                self.save(checkpoint)
        return self.average

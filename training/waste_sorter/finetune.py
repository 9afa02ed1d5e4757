"""Fine-tuning of the whole network: AdamW, cosine schedule, averaged weights."""

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
from dataset import SIZE, Sample, read, resize, to_input
from efficientnet_lite import EfficientNetLite0
from frozen import FrozenLayers, freeze
from mix import mix


class Settings(NamedTuple):
    batch: int = 32
    learning_rate: float = 6e-4
    head_learning_rate: float = 6e-4
    weight_decay: float = 0.02
    warm_up: float = 2.0
    """Epochs in which the learning rate rises."""
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


def picture_size(progress: float) -> int:
    """Smaller pictures first: they cost half, and objects in random crops look larger than in whole
    pictures anyway (H. Touvron et al., "Fixing the train-test resolution discrepancy", 2019)."""
    return 160 if progress < 0.5 else 192 if progress < 0.8 else SIZE


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
    progress: float,
    rng: np.random.Generator,
) -> Iterator[Tuple[Tensor, Tensor]]:
    """One epoch in random order; the incomplete last batch is left out."""
    size = picture_size(progress)
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


def accuracy(network: EfficientNetLite0, samples: Sequence[Sample], batch: int = 32) -> float:
    network.eval()
    right = 0
    with torch.no_grad():
        for start in range(0, len(samples), batch):
            part = samples[start : start + batch]
            x = torch.from_numpy(to_input(np.stack([resize(read(s.path)) for s in part])))
            y = torch.tensor([s.label for s in part])
            right += int((network(x).argmax(1) == y).sum())
    return right / len(samples)


def fine_tune(
    network: EfficientNetLite0,
    training: Sequence[Sample],
    validation: Sequence[Sample],
    epochs: int,
    settings: Settings,
    seed: int,
    checkpoints: Optional[Path],
) -> EfficientNetLite0:
    """Return the network with averaged weights after the last epoch.

    The last epoch is taken, not the best one: choosing by a small validation split would fit the
    model to it. With `checkpoints`, an interrupted training goes on after its last epoch and ends
    with the same result, because each epoch has its own random numbers.
    """
    pictures = [read(sample.path) for sample in training]
    labels = torch.tensor([sample.label for sample in training])
    average = copy.deepcopy(network)
    freeze(network, settings.frozen)
    frozen = FrozenLayers(network, settings.frozen)
    optimiser = torch.optim.AdamW(parameter_groups(network, settings))
    first = 0
    checkpoint = checkpoints / "checkpoint.pt" if checkpoints else None
    if checkpoint and checkpoint.exists():
        state = torch.load(checkpoint)
        network.load_state_dict(state["network"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        first = state["epoch"] + 1
        print(f"going on after epoch {first}", flush=True)

    steps = len(pictures) // settings.batch
    classes = network._fc.out_features
    for epoch in range(first, epochs):
        started = time.monotonic()
        rng = np.random.default_rng([seed, epoch])
        torch.manual_seed(seed * 100_000 + epoch)
        network.train()
        freeze(network, settings.frozen)
        total = 0.0
        for step, (x, y) in enumerate(
            batches(pictures, labels, classes, settings, epoch / epochs, rng)
        ):
            done = (epoch * steps + step) / (epochs * steps)
            factor = schedule(done, settings.warm_up / epochs)
            for group in optimiser.param_groups:
                group["lr"] = group["peak"] * factor
            logits = network(frozen(x), settings.frozen)
            loss = F.cross_entropy(logits, y, label_smoothing=settings.label_smoothing)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            update_average(average, network, settings.ema_decay)
            total += loss.item()
        line = f"epoch {epoch + 1}/{epochs}: loss {total / steps:.4f}"
        if (epoch + 1) % 5 == 0:
            line += f", validation {accuracy(average, validation):.4f}"
        print(f"{line}, {time.monotonic() - started:.0f} s", flush=True)
        if checkpoint:
            checkpoint.parent.mkdir(parents=True, exist_ok=True)
            state = {
                "epoch": epoch,
                "network": network.state_dict(),
                "average": average.state_dict(),
                "optimiser": optimiser.state_dict(),
            }
            torch.save(state, checkpoint)
    return average

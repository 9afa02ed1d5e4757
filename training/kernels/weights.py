"""Weights in the order in which the kernels read them. `vector` is the number of floats of a vector."""

from __future__ import annotations

from typing import Iterator, Tuple

import numpy as np


def blocks_of(channels: int, vector: int) -> int:
    return -(-channels // vector)


def panels(blocks: int) -> Iterator[Tuple[int, int]]:
    """(first block, blocks) of each panel: threes, with twos at the end; see pointwise.h."""
    if blocks == 1:
        yield 0, 1
        return
    twos = -blocks % 3
    threes = (blocks - 2 * twos) // 3
    for i in range(threes):
        yield 3 * i, 3
    for i in range(twos):
        yield 3 * threes + 2 * i, 2


def pack_panels(weight: np.ndarray, vector: int) -> np.ndarray:
    """[out, depth] to panels of [depth][channels of the panel], one after the other."""
    out, depth = weight.shape
    blocks = blocks_of(out, vector)
    padded = np.zeros((blocks * vector, depth), np.float32)
    padded[:out] = weight
    parts = [
        padded[first * vector : (first + count) * vector].T.ravel()
        for first, count in panels(blocks)
    ]
    return np.concatenate(parts)


def pack_depthwise(weight: np.ndarray, vector: int) -> np.ndarray:
    """[channels, 1, ky, kx] to [block][ky][kx][vector]."""
    channels, _, height, width = weight.shape
    blocks = blocks_of(channels, vector)
    padded = np.zeros((blocks * vector, height * width), np.float32)
    padded[:channels] = weight.reshape(channels, -1)
    return padded.reshape(blocks, vector, -1).transpose(0, 2, 1).ravel()


def pack_bias(bias: np.ndarray, vector: int) -> np.ndarray:
    padded = np.zeros(blocks_of(len(bias), vector) * vector, np.float32)
    padded[: len(bias)] = bias
    return padded

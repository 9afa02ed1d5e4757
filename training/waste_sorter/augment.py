"""Random variations of a training picture: framing, orientation, light, sharpness, occlusion.

Each is something that a camera above a belt does: it stands nearer or farther, at another angle,
under other light, slightly out of focus, with things half covered. All randomness comes from the
generator that the caller passes.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.random import Generator

AREA = (0.4, 1.0)
"""Share of the picture that a crop keeps."""
ZOOM_OUT = (1.0, 3.0)
"""Area of the canvas, in pictures, that a picture is put on."""
ASPECT = 1.25
"""Largest change of the aspect ratio, either way."""


def log_uniform(rng: Generator, low: float, high: float) -> float:
    return math.exp(rng.uniform(math.log(low), math.log(high)))


def reframe(picture: np.ndarray, size: int, rng: Generator) -> np.ndarray:
    """Look at a part of the picture, or at the picture with more background around it."""
    height, width = picture.shape[:2]
    kind = rng.random()
    if kind < 0.15:
        return cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA)
    area = rng.uniform(*AREA) if kind < 0.8 else rng.uniform(*ZOOM_OUT)
    aspect = log_uniform(rng, 1 / ASPECT, ASPECT)
    view_width = max(round(width * math.sqrt(area * aspect)), 8)
    view_height = max(round(height * math.sqrt(area / aspect)), 8)
    pad_x, pad_y = max(view_width - width, 0), max(view_height - height, 0)
    left, top = round(pad_x * rng.random()), round(pad_y * rng.random())
    border = cv2.BORDER_REPLICATE if rng.random() < 0.85 else cv2.BORDER_CONSTANT
    shade = float(rng.uniform(90, 235))
    canvas = cv2.copyMakeBorder(
        picture, top, pad_y - top, left, pad_x - left, border, value=(shade, shade, shade)
    )
    x = int(rng.integers(0, canvas.shape[1] - view_width + 1))
    y = int(rng.integers(0, canvas.shape[0] - view_height + 1))
    view = canvas[y : y + view_height, x : x + view_width]
    return cv2.resize(view, (size, size), interpolation=cv2.INTER_AREA)


def reorient(picture: np.ndarray, rng: Generator) -> np.ndarray:
    """One of the eight mirrorings and quarter turns, then sometimes a small turn."""
    picture = np.rot90(picture, k=int(rng.integers(0, 4)) if rng.random() < 0.5 else 0)
    if rng.random() < 0.5:
        picture = picture[:, ::-1]
    if rng.random() < 0.3:
        size = len(picture)
        turn = cv2.getRotationMatrix2D((size / 2, size / 2), rng.uniform(-20, 20), 1.0)
        picture = cv2.warpAffine(
            np.ascontiguousarray(picture), turn, (size, size), borderMode=cv2.BORDER_REPLICATE
        )
    return picture


def relight(picture: np.ndarray, rng: Generator) -> np.ndarray:
    """Exposure, white balance, contrast, saturation and a light that falls off: float 0..255."""
    light = picture.astype(np.float32)
    gain = rng.uniform(0.7, 1.25) * rng.uniform(0.92, 1.08, 3)
    light *= gain.astype(np.float32)
    if rng.random() < 0.3:
        slope = rng.uniform(-0.35, 0.35, 2)
        axis = np.linspace(-1, 1, len(light), dtype=np.float32)
        light *= (1 + slope[0] * axis[:, None] + slope[1] * axis[None, :])[..., None]
    light = (light - light.mean()) * np.float32(rng.uniform(0.75, 1.25)) + light.mean()
    grey = light.mean(axis=2, keepdims=True)
    light = grey + (light - grey) * np.float32(rng.uniform(0.6, 1.4))
    return np.clip(light, 0, 255)


def degrade(light: np.ndarray, rng: Generator) -> np.ndarray:
    """Blur and sensor noise: float 0..255 -> uint8."""
    if rng.random() < 0.2:
        light = cv2.GaussianBlur(light, (0, 0), rng.uniform(0.4, 1.5))
    if rng.random() < 0.2:
        light = light + rng.normal(0, rng.uniform(2, 8), light.shape).astype(np.float32)
    return np.clip(light, 0, 255).astype(np.uint8)


def cover(picture: np.ndarray, rng: Generator) -> np.ndarray:
    """Cutout: hide a rectangle of at most an eighth of the picture behind one colour."""
    if rng.random() < 0.25:
        size = len(picture)
        height, width = rng.integers(size // 8, int(size / 2.8), 2)
        y, x = rng.integers(0, size - height), rng.integers(0, size - width)
        picture[y : y + height, x : x + width] = rng.integers(0, 256, 3)
    return picture


def augment(picture: np.ndarray, size: int, rng: Generator) -> np.ndarray:
    """Any size, uint8 BGR -> `[size, size, 3]` uint8 BGR."""
    framed = reorient(reframe(picture, size, rng), rng)
    return cover(degrade(relight(framed, rng), rng), rng)

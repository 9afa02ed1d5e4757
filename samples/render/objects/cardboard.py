"""Cardboard: corrugated board as it is made, two liners with a fluted sheet between them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

import prints
from geometry.bodies import sheet, torn
from geometry.creases import crumple
from geometry.mesh import Mesh

THICKNESS = 0.55
FLUTE = 0.85  # wavelength


def _board(
    folder: Path,
    name: str,
    width: float,
    depth: float,
    rng: np.random.Generator,
    rough: float,
    sides: str = "nesw",
    bend=None,
    peel: float = 0.0,
) -> None:
    """Writes <name>-top.inc, -flute.inc and -bottom.inc; the flutes run along z.

    `bend(points)` shapes all three alike; `peel` tears that share of the top liner off at the west side.
    """
    columns = int(width / FLUTE * 10)
    points, uv = sheet(width, depth, columns, 90)
    flat = points[..., (0, 2)].reshape(-1, 2)
    dents = (0.10 * crumple(flat, 7, 2, rng)).reshape(uv.shape[:2])
    keep = torn(uv, rough, rng, sides)
    u, v = (uv[:-1, :-1, axis] for axis in range(2))
    ragged = peel * (1 + 0.35 * np.sin(9 * v + 1) + 0.2 * np.sin(23 * v) + 0.10 * np.sin(61 * v + 2))
    layers = {
        "bottom": (np.zeros_like(dents), keep),
        "flute": (THICKNESS / 2 * (1 + np.sin(points[..., 0] * 2 * np.pi / FLUTE)) * 0.96 + 0.01, keep),
        "top": (np.full_like(dents, THICKNESS), keep & (u > ragged)),
    }
    for layer, (height, cells) in layers.items():
        shaped = points + np.stack([0 * height, height + dents, 0 * height], -1)
        Mesh.grid(bend(shaped) if bend else shaped, uv, cells).write(folder / f"{name}-{layer}.inc")


def _liner(width: int, height: int, rng: np.random.Generator, flutes: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = prints.kraft(width, height, rng, flutes=flutes)
    return image, ImageDraw.Draw(image)


INK = (52, 42, 36)


def torn_board(folder: Path, rng: np.random.Generator) -> None:
    def bend(points: np.ndarray) -> np.ndarray:
        x, z = points[..., 0], points[..., 2]
        lift = 0.035 * np.maximum(x - 4, 0) ** 2 + 0.9 * np.maximum(np.abs(z + 3) * -0.35 + 0.9, 0)
        return points + np.stack([0 * x, lift, 0 * x], -1)

    _board(folder, "board", 29, 20, rng, 0.05, bend=bend, peel=0.26)
    image, draw = _liner(1740, 1200, rng, 34)
    prints.text(draw, (560, 240), "PACKED 24 x 500 g", 92, INK, 0.04)
    prints.text(draw, (560, 370), "KEEP DRY", 120, INK, 0.05)
    prints.recycling_mark(draw, (1350, 820), 130, INK)
    image.save(folder / "top.png")
    _liner(1200, 900, rng, 34)[0].save(folder / "plain.png")


def flat_box(folder: Path, rng: np.random.Generator) -> None:
    def bend(points: np.ndarray) -> np.ndarray:
        x = points[..., 0]
        fold = -0.35 * np.exp(-((x - 5) ** 2) / 0.10) + 0.05 * np.abs(x - 5)
        return points + np.stack([0 * x, fold + 0.4, 0 * x], -1)

    _board(folder, "board", 36, 25, rng, 0.008, bend=bend)
    image, draw = _liner(2160, 1500, rng, 42)
    prints.text(draw, (150, 1010), "THIS SIDE UP", 150, INK, 0.05)
    for x in (230, 430):
        draw.polygon(
            [(x, 420), (x + 85, 560), (x + 30, 560), (x + 30, 820), (x - 30, 820), (x - 30, 560), (x - 85, 560)],
            fill=INK,
        )
    prints.recycling_mark(draw, (830, 640), 170, INK)
    prints.barcode(draw, (1620, 1050, 2000, 1250), rng)
    prints.text(draw, (1560, 250), "V-207", 130, INK, 0.04)
    image.save(folder / "top.png")
    _liner(1200, 900, rng, 42)[0].save(folder / "plain.png")
    tape, tape_uv = sheet(34.5, 3.6, 120, 20)
    x = tape[..., 0]
    tape[..., 1] = (
        THICKNESS
        + 0.45
        - 0.3 * np.exp(-((x - 5) ** 2) / 0.2)
        + 0.05 * np.abs(x - 5)
        + (0.09 * crumple(tape[..., (0, 2)].reshape(-1, 2), 3, 2, rng)).reshape(x.shape)
        + 0.05
    )
    Mesh.grid(tape, tape_uv).write(folder / "tape.inc")


def open_box(folder: Path, rng: np.random.Generator) -> None:
    for name, width, depth in (("long", 24, 9), ("short", 17, 9), ("long-flap", 24, 8), ("short-flap", 17, 7.5)):

        def bow(points: np.ndarray, depth=depth) -> np.ndarray:
            return points + np.stack([0 * points[..., 0], 0.02 * points[..., 2] ** 2, 0 * points[..., 0]], -1)

        _board(folder, name, width, depth, rng, 0.006, "n" if "flap" in name else "", bow)
    image, draw = _liner(1440, 540, rng, 28)
    prints.text(draw, (90, 130), "FRAGILE", 150, INK, 0.05)
    prints.recycling_mark(draw, (1180, 270), 130, INK)
    image.save(folder / "top.png")
    _liner(1440, 1020, rng, 28)[0].save(folder / "plain.png")

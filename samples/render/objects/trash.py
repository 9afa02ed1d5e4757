"""Residual waste: a wrapper of foil laminate, a used paper towel, a used napkin."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

import prints
from geometry.bodies import settle, sheet
from geometry.creases import crumple, smooth
from geometry.mesh import Mesh


def _packet(
    folder: Path,
    width: float,
    depth: float,
    fullness: float,
    wrinkle: float,
    rng: np.random.Generator,
    waist: float = 0.0,
    turn: float = 0.0,
) -> None:
    """An emptied packet: crimped seals north and south, pleats that run from the seals, sharp wrinkles all over.

    `waist` (0..1) gathers the middle, `turn` (radians) twists one end against the other.
    """
    points, uv = sheet(width, depth, 260, 340)
    u, v = uv[..., 0], uv[..., 1]
    end = np.minimum(v, 1 - v)
    seal = end < 0.055
    pillow = np.clip(1 - (2 * u - 1) ** 2, 0, 1) ** 0.6 * np.clip((end - 0.06) / 0.25, 0, 1) ** 0.7
    pleats = np.sin(u * 61 + 5 * np.sin(u * 17)) * np.exp(-np.clip(end - 0.06, 0, 1) / 0.12)
    flat = points[..., (0, 2)].reshape(-1, 2)
    field = crumple(flat * [1.0, 0.7], 5.2, 4, rng).reshape(u.shape)
    gathered = 1 - waist * np.exp(-(((v - 0.5) / 0.16) ** 2))
    height = fullness * pillow + wrinkle * field * (0.35 + 0.65 * np.clip(end / 0.2, 0, 1)) + 0.24 * pleats * ~seal
    height += 0.10 * np.sin(v * depth * 2 * np.pi / 0.35) * seal + wrinkle * waist * 2.0 * np.sin(u * 40) * (
        1 - gathered
    )
    x = points[..., 0] * gathered * (1 - 0.12 * pillow) + 0.35 * wrinkle * smooth(flat, 8, rng).reshape(u.shape)
    angle = turn * np.clip((v - 0.38) / 0.24, 0, 1)
    lifted = height - fullness * 0.3
    points[..., 0] = x * np.cos(angle) - lifted * np.sin(angle)
    points[..., 1] = x * np.sin(angle) + lifted * np.cos(angle) + 0.5 * smooth(flat, 15, rng).reshape(u.shape)
    teeth = 0.010 * (1 + np.abs((u[:-1, :-1] * width * 2.2) % 1 - 0.5) * 1.2)
    # Rows in reverse, so that the triangles face up: the print is outside, the silver inside.
    Mesh.grid(settle(points)[::-1], uv[::-1], (end[:-1, :-1] > teeth)[::-1]).write(folder / "packet.inc")


def candy_wrapper(folder: Path, rng: np.random.Generator) -> None:
    _packet(folder, 11, 25, 0.9, 1.15, rng, 0.66, 1.0)
    image = Image.new("RGB", (900, 1800), (84, 40, 22))
    draw = ImageDraw.Draw(image)
    for y in (0, 1620):
        draw.rectangle((0, y, 900, y + 180), fill=(206, 160, 70))
    draw.polygon([(0, 280), (900, 380), (900, 860), (0, 760)], fill=(222, 110, 24))
    prints.text(draw, (450, 540), "NOUGO", 210, (255, 240, 200), 0.06, "mm")
    prints.text(draw, (450, 720), "caramel bar", 90, (70, 24, 10), 0.03, "mm")
    prints.facts(draw, (70, 1150, 400, 1580), (240, 220, 180), rng)
    prints.barcode(draw, (480, 1200, 800, 1400), rng)
    image.save(folder / "packet.png")


def _crumpled_cloth(
    folder: Path, width: float, depth: float, relief: float, stiffness: float, rng: np.random.Generator
) -> None:
    """A sheet pushed together: steep folds that run outwards from the middle, edges that lie on the belt.

    `stiffness` 0 is soft tissue, 1 is kraft towelling: deeper, sharper folds that lean over.
    """
    points, uv = sheet(width, depth, 300, 300)
    flat = points[..., (0, 2)].reshape(-1, 2)
    shape = uv.shape[:2]
    radius = np.hypot(points[..., 0] / width, points[..., 2] / depth) * 2
    turn = np.arctan2(points[..., 2], points[..., 0])
    wander = smooth(flat, width * 0.6, rng).reshape(shape)
    radial = np.abs(((turn * 9 / (2 * np.pi) + 0.45 * wander + rng.random()) % 1) - 0.5) * 4 - 1
    octaves = 4 if stiffness > 0.5 else 3
    cells = width * (0.30 - 0.03 * stiffness), width * (0.12 - 0.01 * stiffness)
    coarse, fine = (crumple(flat, cell, octaves, rng).reshape(shape) for cell in cells)
    folds = (
        0.75 * radial * np.clip(radius, 0.1, 0.8) + (1 + 0.25 * stiffness) * coarse + (0.38 + 0.17 * stiffness) * fine
    )
    height = relief * folds * np.clip(1.25 - (0.6 - 0.1 * stiffness) * radius, 0.3 + 0.1 * stiffness, 1)
    height += relief * 1.4 * np.clip(1 - radius, 0, 1)
    # What goes into height is missing in the plane, unevenly; the folds lean over.
    pull = 0.80 - 0.04 * stiffness - (0.10 + 0.03 * stiffness) * coarse - 0.10 * stiffness * wander
    lean = (0.35 + 0.10 * stiffness) * height * np.clip(3 * radius, 0, 1)
    points = np.stack(
        [
            points[..., 0] * pull + lean * np.cos(turn + 1.3),
            height,
            points[..., 2] * pull + lean * np.sin(turn + 1.3),
        ],
        -1,
    )
    points = settle(points)
    low = np.quantile(points[..., 1], 0.12 - 0.04 * stiffness)
    points[..., 1] = np.maximum(points[..., 1] - low, 0.05 + 0.1 * (fine + 1))
    Mesh.grid(points, uv).write(folder / "cloth.inc")


def paper_towel(folder: Path, rng: np.random.Generator) -> None:
    _crumpled_cloth(folder, 36, 30, 1.9, 1.0, rng)
    prints.kraft(1600, 1600, rng, (204, 183, 158)).save(folder / "cloth.png")


def used_napkin(folder: Path, rng: np.random.Generator) -> None:
    """A white napkin with a coffee stain and an embossed border."""
    _crumpled_cloth(folder, 26, 24, 1.6, 0.0, rng)
    image = np.asarray(prints.kraft(1200, 1200, rng, (236, 230, 218))).astype(float)
    stain = np.clip(prints.noise(1200, 1200, 150, rng) - 0.4, 0, 1)[..., None]
    Image.fromarray((image * (1 - stain * [0.25, 0.38, 0.55])).astype(np.uint8)).save(folder / "cloth.png")

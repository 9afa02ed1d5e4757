"""Glass: bottles and jars, closed bodies with a wall, so that light refracts through both surfaces."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import prints
from geometry.bodies import revolve, spline, wall


def _bottle(
    folder: Path,
    outline: list[tuple[float, float]],
    thickness: float,
    floor: float,
    label: tuple[float, float] | None,
    shape=None,
) -> None:
    """Writes body.inc and, where `label` = (low, high) heights is given, label.inc a hair outside of the body."""
    outer = spline(outline, 200)
    revolve(wall(outer, thickness, floor), 180, shape).write(folder / "body.inc")
    if label:
        height = np.linspace(*label, 24)
        radius = np.interp(height, outer[:, 1], outer[:, 0]) + 0.03
        revolve(np.stack([radius, height], -1), 160).write(folder / "label.inc")


def wine_bottle(folder: Path, rng: np.random.Generator) -> None:
    outline = [
        (0, 1.6),
        (2.0, 0.9),
        (3.4, 0.0),
        (3.9, 0.15),
        (4.15, 0.9),
        (4.2, 4),
        (4.2, 10),
        (4.2, 16.5),
        (4.0, 18.6),
        (3.0, 21),
        (1.75, 23.4),
        (1.5, 26),
        (1.42, 29.4),
        (1.42, 29.5),
        (1.75, 29.6),
        (1.75, 30.8),
        (1.6, 31),
    ]
    _bottle(folder, outline, 0.32, 1.9, (3.0, 13.5))
    image = prints.label(
        2400, 1000, (238, 229, 206), (60, 30, 30), "VERANO", "dry white wine", rng, trim=(150, 120, 60)
    )
    image.save(folder / "label.png")


def beer_bottle(folder: Path, rng: np.random.Generator) -> None:
    outline = [
        (0, 0.6),
        (2.2, 0.3),
        (3.3, 0.0),
        (3.75, 0.2),
        (3.95, 0.9),
        (4.0, 4),
        (4.0, 9),
        (4.0, 13.4),
        (3.7, 15.4),
        (2.7, 18),
        (1.9, 20.5),
        (1.55, 24),
        (1.5, 25.5),
        (1.7, 25.8),
        (1.7, 26.5),
        (1.5, 26.7),
        (1.55, 27.4),
    ]
    _bottle(folder, outline, 0.28, 0.9, (3.0, 11.5))
    image = prints.label(
        2400,
        1000,
        (232, 220, 190),
        (110, 20, 20),
        "ALTBRAU",
        "amber lager beer",
        rng,
        trim=(160, 30, 30),
        scene=[(60, 30, 10), (180, 120, 40), (240, 220, 160)],
    )
    image.save(folder / "label.png")


def preserve_jar(folder: Path, rng: np.random.Generator) -> None:
    outline = [
        (0, 0.7),
        (3.4, 0.4),
        (5.0, 0.0),
        (5.8, 0.25),
        (6.1, 1.1),
        (6.1, 3),
        (6.1, 8),
        (6.1, 12.8),
        (5.7, 14.2),
        (5.2, 14.8),
        (5.0, 15.2),
        (5.25, 15.5),
        (5.0, 15.8),
        (5.25, 16.1),
        (5.0, 16.4),
        (5.0, 17.2),
    ]
    _bottle(folder, outline, 0.36, 1.2, (4.2, 10.2))
    image = prints.label(
        2400,
        900,
        (150, 24, 34),
        (250, 240, 220),
        "ORCHARD",
        "strawberry preserve",
        rng,
        trim=(60, 12, 16),
        scene=[(90, 0, 10), (200, 30, 40), (240, 90, 80), (60, 120, 50)],
    )
    image.save(folder / "label.png")

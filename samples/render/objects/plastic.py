"""Plastic: a PET bottle, a milk jug, a clear tray."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import prints
from geometry.bodies import revolve, rounded_square, sheet, spline
from geometry.creases import crumple
from geometry.mesh import Mesh


def _cap(folder: Path, radius: float, height: float) -> None:
    """A screw cap with ridges round it, base at y = 0."""
    profile = spline(
        [
            (radius, 0),
            (radius, 0.01),
            (radius, height * 0.9),
            (radius * 0.93, height),
            (radius * 0.92, height),
            (0, height * 1.01),
        ],
        60,
    )

    def ridges(angle: np.ndarray, y: np.ndarray, r: np.ndarray) -> np.ndarray:
        return r * (1 + 0.025 * np.sign(np.sin(48 * angle)) * (y < height * 0.88) * (y > height * 0.12))

    revolve(profile, 384, ridges).write(folder / "cap.inc")


def _crush(mesh: Mesh, depth: float, rng: np.random.Generator, low: float, high: float) -> Mesh:
    """Dents the body radially between two heights."""
    x, y, z = mesh.vertices.T
    field = crumple(np.stack([x, y * 0.8, z], -1), 6, 2, rng)
    blend = np.clip((y - low) / 2, 0, 1) * np.clip((high - y) / 2, 0, 1)
    scale = 1 - depth * blend * np.clip(field + 0.2, 0, 2)
    mesh.vertices = np.stack([x * scale, y, z * scale], -1)
    return mesh


def pet_bottle(folder: Path, rng: np.random.Generator) -> None:
    outline = [
        (0, 1.1),
        (1.6, 0.7),
        (2.8, 0.0),
        (3.5, 0.5),
        (3.95, 2.2),
        (4.0, 4),
        (4.0, 8),
        (4.0, 16),
        (3.9, 18.5),
        (3.1, 21.5),
        (1.9, 24.0),
        (1.45, 24.9),
        (1.4, 25.2),
        (1.75, 25.3),
        (1.75, 25.6),
        (1.4, 25.7),
        (1.4, 27.3),
    ]

    def shape(angle: np.ndarray, y: np.ndarray, r: np.ndarray) -> np.ndarray:
        petals = 1 - 0.16 * np.clip((2.6 - y) / 2.6, 0, 1) * (0.5 + 0.5 * np.cos(5 * angle)) ** 3
        ribs = 1 - 0.035 * np.cos(y * 2 * np.pi / 1.25) ** 8 * ((y > 2.6) & (y < 7.2) | (y > 15.2) & (y < 19.4))
        return r * petals * ribs

    mesh = revolve(spline(outline, 260), 180, shape)
    _crush(mesh, 0.045, rng, 1.5, 23).write(folder / "body.inc")
    height = np.linspace(7.6, 14.8, 60)
    label = revolve(np.stack([np.full_like(height, 4.04), height], -1), 160)
    _crush(label, 0.035, rng, 7.0, 15.4).write(folder / "label.inc")
    _cap(folder, 1.75, 1.9)
    prints.label(
        2400,
        700,
        (22, 84, 168),
        (245, 250, 255),
        "AQUALI",
        "spring water",
        rng,
        trim=(120, 200, 240),
        scene=[(10, 50, 120), (70, 150, 220), (235, 245, 255)],
    ).save(folder / "label.png")


def milk_jug(folder: Path, rng: np.random.Generator) -> None:
    outline = [
        (0, 0.5),
        (4.6, 0.2),
        (5.9, 0.0),
        (6.6, 0.5),
        (6.9, 1.6),
        (6.9, 6),
        (6.9, 13),
        (6.6, 16),
        (5.4, 18.8),
        (3.4, 21.2),
        (2.3, 22.2),
        (2.1, 22.8),
        (2.1, 24),
    ]

    def shape(angle: np.ndarray, y: np.ndarray, r: np.ndarray) -> np.ndarray:
        power = 5.0
        square = (np.abs(np.cos(angle)) ** power + np.abs(np.sin(angle)) ** power) ** (-1 / power)
        blend = np.clip((21.5 - y) / 5, 0, 1)
        ring = 1 - 0.02 * np.exp(-(((y - 3.2) / 0.25) ** 2)) - 0.02 * np.exp(-(((y - 14.6) / 0.25) ** 2))
        dent = 1 - 0.10 * np.exp(-(((y - 15.5) / 3.4) ** 2) - (((np.cos(angle - 2.4) - 1) / 0.05) ** 2))
        return r * (1 + (square - 1) * blend) * ring * dent

    mesh = revolve(spline(outline, 220), 220, shape)
    _crush(mesh, 0.02, rng, 1.0, 20).write(folder / "body.inc")
    _cap(folder, 2.5, 2.0)
    points, uv = sheet(9.6, 8.6, 40, 40)
    Mesh.grid(points, uv).write(folder / "label.inc")
    image = prints.label(
        2000,
        620,
        (246, 246, 242),
        (70, 40, 120),
        "MEADOW",
        "whole milk",
        rng,
        trim=(96, 160, 60),
        scene=[(70, 130, 50), (150, 190, 90), (240, 240, 230)],
    )
    image.crop((0, 0, 860, 620)).save(folder / "label.png")


def clear_tray(folder: Path, rng: np.random.Generator) -> None:
    """A rigid clear food tray with a ribbed wall, a rim and a paper sticker on the bottom."""
    outline = [
        (0, 0.4),
        (5.2, 0.35),
        (6.2, 0.05),
        (7.4, 0.0),
        (8.2, 0.4),
        (8.9, 2.2),
        (9.5, 4.4),
        (9.6, 4.8),
        (9.7, 4.82),
        (10.9, 4.82),
        (11.1, 4.6),
    ]
    square = rounded_square(6.0, 1.25, 0.95)

    def shape(angle: np.ndarray, y: np.ndarray, r: np.ndarray) -> np.ndarray:
        ribs = 1 + 0.012 * np.sign(np.sin(44 * angle)) * ((y > 0.6) & (y < 4.2))
        return square(angle, y, r) * ribs

    mesh = revolve(spline(outline, 160), 352, shape)
    mesh.vertices[:, 1] += 0.06 * crumple(mesh.vertices[:, (0, 2)], 6, 2, rng)
    mesh.write(folder / "body.inc")
    points, uv = sheet(8.6, 5.6, 30, 30)
    Mesh.grid(points, uv).write(folder / "label.inc")
    image = prints.label(
        2000, 600, (250, 250, 246), (30, 30, 30), "SALAD", "garden mix 250 g", rng, trim=(60, 150, 60)
    )
    image.crop((580, 0, 1500, 600)).save(folder / "label.png")

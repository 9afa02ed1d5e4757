"""Metal: food tins, one bare and one with a label, and crumpled foil."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import prints
from geometry.bodies import ball, revolve, settle, spline
from geometry.creases import crumple, smooth
from geometry.mesh import Mesh


def open_tin(folder: Path, rng: np.random.Generator) -> None:
    """A food tin without its label, seen into: beaded wall, rim, ringed bottom."""
    wall_height = np.linspace(0.5, 15.0, 420)
    beads = 7.6 + 0.10 * np.sin(wall_height * 2 * np.pi / 0.9) * ((wall_height > 3.5) & (wall_height < 12))
    outside = np.stack([beads, wall_height], -1)
    rim = spline([(7.6, 15.0), (7.95, 15.15), (8.0, 15.5), (7.8, 15.75), (7.5, 15.6), (7.45, 15.0)], 30)
    inside = np.stack([beads - 0.12, wall_height], -1)[::-1]
    rings = np.linspace(7.4, 0, 300)
    bottom = np.stack([rings, 0.6 + 0.16 * np.cos(rings * 2 * np.pi / 1.5) * ((rings > 2.6) & (rings < 7))], -1)
    revolve(np.vstack([outside, rim, inside, bottom]), 220).write(folder / "body.inc")
    angle = np.linspace(0, 2 * np.pi, 221)
    radius = np.linspace(0, 7.3, 160)
    r, a = np.meshgrid(radius, angle, indexing="ij")
    lid = np.stack(
        [r * np.cos(a), 0.15 * np.cos(r * 2 * np.pi / 1.3) * ((r > 2.2) & (r < 6.4)) + 0.012 * r**2, r * np.sin(a)],
        -1,
    )
    lid[:, -1] = lid[:, 0]
    Mesh.grid(lid, np.stack([r / 7.3, a / 6.2832], -1)).write(folder / "lid.inc")


def foil_ball(folder: Path, rng: np.random.Generator) -> None:
    points, uv = ball(8.6, 220)
    flat = points.reshape(-1, 3)
    bulge = 1 + 0.17 * crumple(flat, 4.2, 3, rng) + 0.06 * smooth(flat, 12, rng)
    points = (flat * bulge[:, None] * [1.3, 0.75, 1.05]).reshape(points.shape)
    points[:, -1] = points[:, 0]
    Mesh.grid(settle(points), uv).write(folder / "body.inc")


def soup_tin(folder: Path, rng: np.random.Generator) -> None:
    """A closed food tin with a paper label and bare beaded ends."""
    body = spline(
        [
            (0, 0.35),
            (6.0, 0.3),
            (6.1, 0.0),
            (6.35, 0.0),
            (6.4, 0.3),
            (6.2, 0.6),
            (6.2, 1.2),
            (6.2, 8),
            (6.2, 16),
            (6.2, 16.6),
            (6.4, 16.9),
            (6.35, 17.2),
            (6.1, 17.2),
            (6.0, 16.7),
            (5.2, 16.6),
            (5.0, 16.8),
            (4.4, 16.6),
            (4.2, 16.8),
            (2, 16.75),
            (0, 16.75),
        ],
        420,
    )
    revolve(body, 200).write(folder / "body.inc")
    height = np.linspace(3.0, 14.2, 30)
    revolve(np.stack([np.full_like(height, 6.24), height], -1), 160).write(folder / "label.inc")
    prints.label(
        2400,
        1000,
        (196, 28, 30),
        (255, 246, 220),
        "TOMATO",
        "crushed with basil",
        rng,
        trim=(240, 196, 60),
        scene=[(120, 10, 10), (220, 50, 30), (90, 150, 50), (250, 220, 180)],
    ).save(folder / "label.png")

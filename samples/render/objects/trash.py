"""Residual waste: packets of foil laminate, a used paper towel, a noodle cup, a zip bag."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

import prints
from geometry.bodies import revolve, settle, sheet, spline
from geometry.creases import crumple, smooth
from geometry.mesh import Mesh


def _packet(folder: Path, width: float, depth: float, fullness: float, wrinkle: float, rng: np.random.Generator, waist: float = 0.0, turn: float = 0.0) -> None:
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
    height += 0.10 * np.sin(v * depth * 2 * np.pi / 0.35) * seal + wrinkle * waist * 2.0 * np.sin(u * 40) * (1 - gathered)
    x = points[..., 0] * gathered * (1 - 0.12 * pillow) + 0.35 * wrinkle * smooth(flat, 8, rng).reshape(u.shape)
    angle = turn * np.clip((v - 0.38) / 0.24, 0, 1)
    lifted = height - fullness * 0.3
    points[..., 0] = x * np.cos(angle) - lifted * np.sin(angle)
    points[..., 1] = x * np.sin(angle) + lifted * np.cos(angle) + 0.5 * smooth(flat, 15, rng).reshape(u.shape)
    teeth = 0.010 * (1 + np.abs((u[:-1, :-1] * width * 2.2) % 1 - 0.5) * 1.2)
    # Rows in reverse, so that the triangles face up: the print is outside, the silver inside.
    Mesh.grid(settle(points)[::-1], uv[::-1], (end[:-1, :-1] > teeth)[::-1]).write(folder / "packet.inc")


def crisp_packet(folder: Path, rng: np.random.Generator) -> None:
    _packet(folder, 17, 22, 2.4, 1.25, rng)
    image = Image.new("RGB", (1200, 1560), (240, 200, 30))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 1200, 90), fill=(200, 160, 20))
    draw.rectangle((0, 1470, 1200, 1560), fill=(200, 160, 20))
    draw.polygon([(0, 160), (1200, 260), (1200, 560), (0, 480)], fill=(190, 20, 30))
    prints.text(draw, (600, 365), "KRISPO", 250, (255, 245, 220), 0.05, "mm")
    prints.text(draw, (600, 600), "CHEESE & ONION", 90, (40, 100, 40), 0.04, "mm")
    for _ in range(16):
        prints.fruit(image, (rng.uniform(250, 950), rng.uniform(820, 1250)), rng.uniform(90, 150), (232, 176, 70))
    prints.text(draw, (90, 1380), "NET WT 150 g", 60, (60, 40, 20), 0.03)
    prints.column(draw, (640, 1360, 1120, 1450), 22, (60, 40, 20), rng)
    image.save(folder / "packet.png")


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


def _crumpled_cloth(folder: Path, width: float, depth: float, relief: float, stiffness: float, rng: np.random.Generator) -> None:
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
    folds = 0.75 * radial * np.clip(radius, 0.1, 0.8) + (1 + 0.25 * stiffness) * coarse + (0.38 + 0.17 * stiffness) * fine
    height = relief * folds * np.clip(1.25 - (0.6 - 0.1 * stiffness) * radius, 0.3 + 0.1 * stiffness, 1)
    height += relief * 1.4 * np.clip(1 - radius, 0, 1)
    # What goes into height is missing in the plane, unevenly; the folds lean over.
    pull = 0.80 - 0.04 * stiffness - (0.10 + 0.03 * stiffness) * coarse - 0.10 * stiffness * wander
    lean = (0.35 + 0.10 * stiffness) * height * np.clip(3 * radius, 0, 1)
    points = np.stack([points[..., 0] * pull + lean * np.cos(turn + 1.3), height, points[..., 2] * pull + lean * np.sin(turn + 1.3)], -1)
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


def toothbrush(folder: Path, rng: np.random.Generator) -> None:
    """Only the handle is a mesh: a bent rod whose width changes along it. The bristles are in the scene."""
    run = np.linspace(0, 1, 200)
    around = np.linspace(0, 2 * np.pi, 41)
    wide = np.interp(run, [0, 0.02, 0.12, 0.18, 0.30, 0.42, 0.60, 0.80, 0.97, 1], [0.2, 0.75, 0.8, 0.42, 0.36, 0.5, 0.75, 0.7, 0.5, 0.1])
    thick = np.interp(run, [0, 0.02, 0.18, 0.32, 0.6, 0.97, 1], [0.1, 0.28, 0.30, 0.34, 0.5, 0.42, 0.1])
    lift = 0.9 + 0.7 * np.exp(-(((run - 0.33) / 0.10) ** 2)) - 0.3 * run
    t, a = np.meshgrid(run, around, indexing="ij")
    ring = lambda values: np.repeat(values[:, None], len(around), 1)
    points = np.stack([t * 34 - 17, ring(lift) + ring(thick) * np.sin(a), ring(wide) * np.cos(a)], -1)
    points[:, -1] = points[:, 0]
    Mesh.grid(points, np.stack([t, a / (2 * np.pi)], -1)).write(folder / "handle.inc")


def toothpaste_tube(folder: Path, rng: np.random.Generator) -> None:
    """A squeezed laminate tube: round at the shoulder, flat and crimped at the other end."""
    run = np.linspace(0, 1, 240)
    around = np.linspace(0, 2 * np.pi, 161)
    t, a = np.meshgrid(run, around, indexing="ij")
    wide = np.interp(t, [0, 0.03, 0.08, 1], [1.2, 2.2, 3.2, 4.4])
    thick = np.interp(t, [0, 0.03, 0.08, 0.3, 0.96, 1], [1.2, 1.9, 2.2, 1.7, 0.12, 0.10])
    points = np.stack([t * 24, thick * np.sin(a), wide * np.cos(a)], -1)
    field = crumple(points.reshape(-1, 3), 5, 3, rng).reshape(t.shape)
    points[..., 1] *= 1 - 0.30 * np.clip(field + 0.2, 0, 1.5) * np.clip(t * 6, 0, 1)
    points[..., 1] += 0.35 * field * np.clip((t - 0.4) * 3, 0, 1)
    points[:, -1] = points[:, 0]
    Mesh.grid(points, np.stack([a / (2 * np.pi), 1 - t], -1)).write(folder / "tube.inc")
    image = Image.new("RGB", (1200, 1600), (240, 240, 240))
    draw = ImageDraw.Draw(image)
    side = Image.new("RGB", (1600, 600), (240, 240, 240))
    pen = ImageDraw.Draw(side)
    pen.polygon([(0, 0), (700, 0), (520, 600), (0, 600)], fill=(200, 24, 34))
    pen.polygon([(700, 0), (780, 0), (600, 600), (520, 600)], fill=(30, 90, 170))
    prints.text(pen, (900, 200), "DENTALO", 150, (200, 24, 34), 0.05, "lm")
    prints.text(pen, (900, 350), "fresh mint toothpaste", 60, (30, 90, 170), 0.02, "lm")
    prints.column(pen, (900, 420, 1540, 560), 24, (60, 60, 60), rng)
    for left in (0, 600):
        image.paste(side.transpose(Image.ROTATE_90), (left, 0))
    image.save(folder / "tube.png")


def cup_from_above(folder: Path, rng: np.random.Generator) -> None:
    """The noodle pot seen into, with the rest of the meal dried on its floor."""
    noodle_cup(folder, rng)
    angle, radius = np.linspace(0, 2 * np.pi, 121), np.linspace(0, 5.0, 60)
    r, a = np.meshgrid(radius, angle, indexing="ij")
    points = np.stack([r * np.cos(a), 1.24 + 0 * r, r * np.sin(a)], -1)
    points[:, -1] = points[:, 0]
    Mesh.grid(points, points[..., (0, 2)] / 10 + 0.5).write(folder / "rest.inc")
    stain = np.clip(prints.noise(800, 800, 90, rng) + 0.4 * prints.noise(800, 800, 12, rng), 0, 1.4)[..., None]
    colour = np.array([236, 226, 170]) * (1 - stain * [0.35, 0.50, 0.75])
    Image.fromarray(colour.clip(0, 255).astype(np.uint8)).save(folder / "rest.png")


def noodle_cup(folder: Path, rng: np.random.Generator) -> None:
    """A cup of expanded polystyrene with a red print and a rim, empty."""
    outside = spline([(0, 0.3), (4.4, 0.3), (4.6, 0.0), (4.9, 0.1), (5.1, 0.8), (5.7, 6), (6.4, 12), (6.9, 16.4), (7.3, 16.6), (7.4, 17.0), (7.1, 17.3), (6.7, 17.0), (6.5, 16), (5.9, 10), (5.2, 3), (5.0, 1.6), (4.6, 1.2), (0, 1.2)], 300)
    revolve(outside, 180).write(folder / "body.inc")
    height = np.linspace(1.2, 15.8, 60)
    curve = spline([(5.1, 0.8), (5.7, 6), (6.4, 12), (6.9, 16.4)], 100)
    revolve(np.stack([np.interp(height, curve[:, 1], curve[:, 0]) + 0.03, height], -1), 160).write(folder / "label.inc")
    image = Image.new("RGB", (2400, 900), (240, 238, 230))
    draw = ImageDraw.Draw(image)
    for y in (20, 760):
        draw.rectangle((0, y, 2400, y + 110), fill=(196, 168, 90))
        for x in range(0, 2400, 44):
            draw.rectangle((x, y + 16, x + 20, y + 94), fill=(240, 238, 230))
    for left in (60, 1260):
        prints.text(draw, (left + 300, 320), "NOODLE", 210, (200, 20, 30), 0.06, "mm")
        prints.text(draw, (left + 300, 540), "POT", 230, (200, 20, 30), 0.06, "mm")
        prints.facts(draw, (left + 720, 170, left + 920, 730), (160, 20, 30), rng)
        prints.column(draw, (left + 940, 170, left + 1120, 730), 22, (160, 20, 30), rng)
    image.save(folder / "label.png")


def biscuit_wrapper(folder: Path, rng: np.random.Generator) -> None:
    _packet(folder, 19, 15, 1.8, 1.1, rng)
    image = Image.new("RGB", (1620, 1200), (112, 20, 24))
    draw = ImageDraw.Draw(image)
    for y in (0, 1120):
        draw.rectangle((0, y, 1620, y + 80), fill=(90, 14, 18))
    draw.rounded_rectangle((120, 200, 1100, 620), 60, outline=(226, 190, 110), width=10)
    prints.text(draw, (610, 370), "CARAMO", 210, (240, 214, 140), 0.04, "mm")
    prints.text(draw, (610, 540), "milk chocolate squares", 70, (240, 224, 190), 0.02, "mm")
    prints.column(draw, (130, 700, 860, 1060), 26, (236, 214, 170), rng)
    prints.barcode(draw, (1180, 320, 1520, 620), rng)
    prints.facts(draw, (1180, 720, 1520, 1090), (240, 224, 190), rng)
    image.save(folder / "packet.png")


def zip_bag(folder: Path, rng: np.random.Generator) -> None:
    """A thin zip bag that lies flat and wrinkled: two films, and the zip as a strip of its own."""
    for side in ("front", "back"):
        points, uv = sheet(23, 20, 300, 300)
        flat = points[..., (0, 2)].reshape(-1, 2)
        field = crumple(flat, 6.0, 4, rng).reshape(uv.shape[:2])
        inside = np.minimum(np.minimum(uv[..., 0], 1 - uv[..., 0]), np.minimum(uv[..., 1], 1 - uv[..., 1]))
        high = (0.9 + 0.55 * field) * np.clip(inside * 7, 0.12, 1) if side == "front" else 0.10 + 0.12 * np.clip(field, 0, 1)
        points[..., 1] = np.maximum(high, 0.04)
        points[..., 0] += 0.35 * smooth(flat, 16, np.random.default_rng(7)).reshape(uv.shape[:2])
        Mesh.grid(points, uv).write(folder / f"{side}.inc")
    zip_points, zip_uv = sheet(23.4, 1.5, 200, 24)
    zip_points[..., 1] = 0.9 + 0.10 * np.abs(np.sin(zip_uv[..., 1] * 3 * np.pi)) + 0.2 * np.sin(zip_uv[..., 0] * 5)
    Mesh.grid(zip_points, zip_uv).write(folder / "zip.inc")

"""Paper: a flyer with a curled corner, a newspaper page, a letter that was crumpled."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

import prints
from geometry.bodies import curl, settle, sheet
from geometry.creases import crumple, smooth
from geometry.mesh import Mesh


def _flat(points: np.ndarray) -> np.ndarray:
    """The x and z of points as [n, 2]."""
    return points[..., (0, 2)].reshape(-1, 2)


def flyer(folder: Path, rng: np.random.Generator) -> None:
    points, uv = sheet(33, 23)
    points[..., 1] = (0.35 * smooth(_flat(points), 14, rng) + 0.10 * crumple(_flat(points), 7, 2, rng)).reshape(
        points.shape[:2]
    )
    points = curl(points, (0.9, 0.55), 11.0, 2.6, 2.3)
    Mesh.grid(settle(points), uv).write(folder / "sheet.inc")

    image = Image.new("RGB", (1800, 1250), (250, 248, 240))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 1800, 190), fill=(176, 22, 30))
    prints.text(draw, (60, 95), "HARVEST WEEK SALE", 130, (255, 240, 120), 0.05, "lm")
    colours = [(214, 60, 40), (236, 150, 30), (120, 170, 50), (240, 205, 60), (150, 40, 60), (90, 140, 60)]
    for cell in range(12):
        left, top = cell % 4 * 450 + 15, 205 + cell // 4 * 345
        draw.rectangle(
            (left, top, left + 425, top + 330),
            outline=(40, 110, 60),
            width=5,
            fill=[(255, 252, 235), (250, 236, 150), (222, 238, 214)][(cell * 7) % 3],
        )
        for _ in range(5):
            prints.fruit(
                image,
                (left + rng.uniform(70, 190), top + rng.uniform(150, 260)),
                rng.uniform(45, 68),
                colours[(cell * 5) % 6],
            )
        prints.text(draw, (left + 16, top + 12), prints.sentence(rng, 2), 36, (30, 60, 40), 0.03)
        prints.text(
            draw,
            (left + 410, top + 130),
            f"{rng.integers(1, 9)}.{rng.integers(10, 99)}",
            92,
            (196, 20, 30),
            0.06,
            "ra",
        )
        prints.column(draw, (left + 270, top + 240, left + 415, top + 320), 15, (40, 40, 40), rng)
    image.save(folder / "sheet.png")


def newspaper(folder: Path, rng: np.random.Generator) -> None:
    points, uv = sheet(25, 31)
    across = np.abs(points[..., 2] + 1.0)
    fold = 1.6 * np.exp(-across / 3.2)
    points[..., 1] = fold + (
        0.35 * smooth(_flat(points), 16, rng) + 0.22 * crumple(_flat(points), 8, 3, rng)
    ).reshape(points.shape[:2])
    Mesh.grid(settle(curl(points, (-0.8, -0.7), 13.5, 2.2, 1.6)), uv).write(folder / "sheet.inc")

    image = Image.new("RGB", (1500, 1860), (222, 218, 206))
    draw = ImageDraw.Draw(image)
    ink = (38, 36, 36)
    prints.text(draw, (750, 70), "THE MORNING LINE", 120, ink, 0.03, "mm")
    draw.line((40, 145, 1460, 145), fill=ink, width=5)
    prints.text(draw, (40, 165), "City sorts twice as much", 84, ink, 0.035)
    image.paste(prints.picture(700, 470, [(30, 30, 32), (110, 108, 104), (205, 202, 194)], rng), (40, 290))
    prints.column(draw, (40, 772, 740, 800), 17, ink, rng)
    for left, top, bottom in ((40, 820, 1820), (400, 820, 1320), (770, 290, 1820), (1130, 290, 1240)):
        prints.column(draw, (left, top, left + 330, bottom), 19, ink, rng)
    prints.text(draw, (1130, 1265), "Rain ends", 62, ink, 0.03)
    prints.column(draw, (1130, 1350, 1460, 1820), 19, ink, rng)
    image.paste(prints.picture(340, 440, [(46, 60, 90), (140, 130, 110), (220, 190, 150)], rng), (400, 1370))
    image.save(folder / "sheet.png")


def letter(folder: Path, rng: np.random.Generator) -> None:
    """A typed page that was crumpled and spread out again."""
    points, uv = sheet(21, 28)
    points[..., 1] = (0.85 * crumple(_flat(points), 6.5, 4, rng) + 0.8 * smooth(_flat(points), 18, rng)).reshape(
        points.shape[:2]
    )
    Mesh.grid(settle(points), uv).write(folder / "sheet.inc")
    image = Image.new("RGB", (1500, 2000), (244, 243, 239))
    draw = ImageDraw.Draw(image)
    ink = (44, 44, 50)
    prints.text(draw, (150, 130), "Monthly report", 76, ink, 0.03)
    prints.column(draw, (150, 280, 1350, 800), 34, ink, rng, 0.05)
    prints.column(draw, (150, 860, 1350, 1820), 34, ink, rng, 0.05)
    image.save(folder / "sheet.png")

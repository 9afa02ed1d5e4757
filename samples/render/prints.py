"""What is printed on things: labels, pages, boxes, wrappers. Every brand and text here is invented."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

WORDS = (
    "water salt sugar fresh daily best before store cool dry place open here contains natural flavour serving energy "
    "protein weight net grams keep away from heat recycle please rinse the bottle and return it at any collecting point "
    "sort by colour paper glass metal belt gate line shift report morning market price offer week save more each only "
    "quality since garden harvest orange tomato apple bread family pack extra large new soft clean bright home"
).split()


def font(size: float) -> ImageFont.FreeTypeFont:
    """Pillow's own typeface: the same on every machine with the same Pillow."""
    return ImageFont.load_default(size=max(6, int(size)))


def text(
    draw: ImageDraw.ImageDraw, place, words: str, size: float, colour, bold: float = 0.0, anchor: str = "la"
) -> None:
    draw.text(
        place, words, font=font(size), fill=colour, stroke_width=int(size * bold), stroke_fill=colour, anchor=anchor
    )


def sentence(rng: np.random.Generator, length: int) -> str:
    return " ".join(rng.choice(WORDS, length)).capitalize()


def column(draw, box, size: float, colour, rng, ragged: float = 0.06) -> None:
    """Fills a box (left, top, right, bottom) with lines of running text."""
    left, top, right, bottom = box
    y, rest = top, 0
    while y + size < bottom:
        line = sentence(rng, 3)
        width = (right - left) * (1 - ragged * rng.random())
        if rest == 0:
            rest, width = int(rng.integers(5, 11)), width * rng.uniform(0.3, 0.8)
        while draw.textlength(line, font=font(size)) < width - size * 3:
            line += " " + str(rng.choice(WORDS))
        text(draw, (left, y), line, size, colour)
        y, rest = y + size * 1.28, rest - 1


def barcode(draw, box, rng) -> None:
    left, top, right, bottom = box
    draw.rectangle((left - 8, top - 8, right + 8, bottom + 24), fill="white")
    x = left
    while x < right:
        wide = int(rng.integers(1, 4)) * max(1, (right - left) // 110)
        draw.rectangle((x, top, min(x + wide - 1, right), bottom), fill="black")
        x += wide + int(rng.integers(1, 4)) * max(1, (right - left) // 110)
    text(draw, (left, bottom + 4), " ".join(str(d) for d in rng.integers(0, 9, 12)), 16, "black")


def facts(draw, box, colour, rng) -> None:
    """The boxed table of nutrition facts that packed food carries."""
    left, top, right, bottom = box
    draw.rectangle(box, outline=colour, width=4)
    text(draw, (left + 12, top + 6), "Nutrition Facts", (right - left) / 9.5, colour, 0.03)
    y = top + (right - left) / 7
    while y < bottom - 24:
        draw.line((left + 8, y, right - 8, y), fill=colour, width=int(rng.integers(2, 6)))
        text(draw, (left + 12, y + 4), str(rng.choice(WORDS)).capitalize(), 22, colour)
        text(draw, (right - 12, y + 4), f"{rng.integers(0, 40)} g", 22, colour, anchor="ra")
        y += 32


def noise(width: int, height: int, blur: float, rng) -> np.ndarray:
    """Soft noise [height, width] of mean 0 and deviation 1."""
    small = rng.normal(size=(max(4, int(height / blur)), max(4, int(width / blur)))).astype(np.float32)
    field = np.asarray(Image.fromarray(small).resize((width, height), Image.BICUBIC))
    return (field - field.mean()) / field.std()


def picture(width: int, height: int, hues, rng) -> Image.Image:
    """A stand-in for a printed photograph: soft blotches that run through the given colours."""
    field = noise(width, height, 90, rng) + 0.5 * noise(width, height, 30, rng) + 0.15 * noise(width, height, 4, rng)
    steps = np.linspace(-1.8, 1.8, len(hues))
    channels = [np.interp(field, steps, [hue[i] for hue in hues]) for i in range(3)]
    return Image.fromarray(np.stack(channels, -1).astype(np.uint8))


def fruit(image: Image.Image, centre, radius: float, colour) -> None:
    """A round shaded fruit with a highlight and a shadow."""
    x, y = centre
    size = int(radius * 2.6)
    yy, xx = np.mgrid[0:size, 0:size] / radius - 1.3
    distance = np.hypot(xx, yy)
    light = np.clip(1.05 - 0.55 * np.hypot(xx + 0.35, yy + 0.4), 0.15, 1.1)[..., None]
    shine = np.exp(-((xx + 0.4) ** 2 + (yy + 0.45) ** 2) / 0.03)[..., None]
    rgb = np.clip(np.array(colour) * light + 200 * shine, 0, 255).astype(np.uint8)
    mask = Image.fromarray((np.clip((1 - distance) * radius, 0, 1) * 255).astype(np.uint8))
    image.paste(Image.fromarray(rgb), (int(x - size / 2), int(y - size / 2)), mask)


def label(width: int, height: int, ground, ink, title: str, line: str, rng, trim=None, scene=None) -> Image.Image:
    """A label that runs round a bottle or can: title twice, facts, barcode, small print, an optional picture."""
    image = Image.new("RGB", (width, height), ground)
    draw = ImageDraw.Draw(image)
    if trim:
        for y in (0, height * 0.93):
            draw.rectangle((0, y, width, y + height * 0.07), fill=trim)
        draw.rectangle((0, height * 0.09, width, height * 0.1), fill=trim)
    for half in (0, width // 2):
        if scene:
            part = picture(int(width * 0.26), int(height * 0.40), scene, rng)
            mask = Image.new("L", part.size)
            ImageDraw.Draw(mask).ellipse((0, 0, part.width - 1, part.height - 1), fill=255)
            image.paste(part, (half + int(width * 0.02), int(height * 0.50)), mask)
        size = min(height * 0.24, width * 0.30 / max(4, len(title)) * 1.7)
        text(draw, (half + width * 0.15, height * 0.30), title, size, ink, 0.045, "mm")
        text(draw, (half + width * 0.15, height * 0.46), line, size * 0.42, ink, 0.02, "mm")
        if not scene:
            draw.ellipse(
                (half + width * 0.06, height * 0.58, half + width * 0.24, height * 0.86),
                outline=trim or ink,
                width=10,
            )
            text(draw, (half + width * 0.15, height * 0.72), title[0], height * 0.2, trim or ink, 0.05, "mm")
    small = max(14, height * 0.026)
    facts(draw, (int(width * 0.31), int(height * 0.16), int(width * 0.41), int(height * 0.86)), ink, rng)
    column(draw, (width * 0.42, height * 0.16, width * 0.49, height * 0.86), small, ink, rng)
    column(draw, (width * 0.82, height * 0.14, width * 0.98, height * 0.45), small, ink, rng)
    barcode(draw, (int(width * 0.84), int(height * 0.55), int(width * 0.96), int(height * 0.78)), rng)
    return image


def kraft(width: int, height: int, rng, colour=(176, 134, 92), flutes: int = 0) -> Image.Image:
    """Brown kraft liner: fibres, soft stains and, if wanted, the faint shine-through of `flutes` flutes."""
    fibre = noise(width, height, 1.5, rng) * 4 + noise(width, height, 6, rng) * 3 + noise(width, height, 160, rng) * 5
    streak = np.repeat(rng.normal(size=(height, 1)), width, 1) * 1.2
    ridge = 3.5 * np.sin(np.linspace(0, 2 * np.pi * flutes, width))[None] if flutes else 0
    dark = np.where(rng.random((height, width)) > 0.9996, 255, 0).astype(np.uint8)
    specks = np.asarray(Image.fromarray(dark).filter(ImageFilter.GaussianBlur(1))) * -0.8
    rgb = np.array(colour)[None, None] + (fibre + streak + ridge + specks)[..., None]
    return Image.fromarray(np.clip(rgb, 0, 255).astype(np.uint8))


def recycling_mark(draw, centre, radius: float, colour) -> None:
    """Three arrows in a triangle."""
    x, y = centre
    for turn in (90, 210, 330):
        a, b = np.radians(turn), np.radians(turn + 120)
        start, end = np.array([x + radius * np.cos(a), y - radius * np.sin(a)]), np.array(
            [x + radius * np.cos(b), y - radius * np.sin(b)]
        )
        along, across = (end - start) / np.linalg.norm(end - start), np.array(
            [-(end - start)[1], (end - start)[0]]
        ) / np.linalg.norm(end - start)
        p, q = start + (end - start) * 0.16, start + (end - start) * 0.62
        draw.line([tuple(p), tuple(q)], fill=colour, width=int(radius * 0.28))
        tip = q + along * radius * 0.36
        draw.polygon([tuple(q + across * radius * 0.3), tuple(tip), tuple(q - across * radius * 0.3)], fill=colour)

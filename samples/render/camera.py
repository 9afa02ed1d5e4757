"""The faults of a small industrial camera, added to the linear picture that POV-Ray leaves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image


def read_linear(path: Path) -> np.ndarray:
    """A binary PPM with 16 bits a channel → linear light [height, width, 3] in 0..1."""
    data = path.read_bytes()
    fields, place = [], 0
    while len(fields) < 4:
        end = data.index(b"\n", place)
        line = data[place:end]
        fields += [] if line.startswith(b"#") else line.split()
        place = end + 1
    magic, width, height, most = fields
    if magic != b"P6" or most != b"65535":
        raise ValueError(f"{path} is {magic.decode()} with maximum {most.decode()}; expected P6 with 65535")
    return np.frombuffer(data, ">u2", offset=place).reshape(int(height), int(width), 3) / 65535.0


def blur(picture: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur of a [height, width, 3] picture, in floating point, borders repeated."""
    reach = int(np.ceil(3 * sigma))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    weights /= weights.sum()
    for axis in (0, 1):
        padded = np.pad(picture, [(reach, reach) if a == axis else (0, 0) for a in range(3)], mode="edge")
        size = picture.shape[axis]
        picture = sum(weight * padded.take(range(i, i + size), axis) for i, weight in enumerate(weights))
    return picture


def expose(raw: Path, out: Path, frame: dict) -> None:
    """Adds lens blur, glare, vignetting, white balance, sensor noise and JPEG; seeded by the frame.

    `frame` may set `warmth` (-1 bluish .. 1 yellowish) and `exposure` (factor on the fixed one).
    """
    rng = np.random.default_rng(frame["seed"])
    light = read_linear(raw)
    height, width = light.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    away = np.hypot((x - width / 2) / (width / 2), (y - height / 2) / (width / 2))[..., None]

    # The lens is sharp in the middle and softer towards the corners, and spreads a little light as glare.
    soft = np.clip(away - 0.35, 0, 1)
    light = blur(light, 0.55) * (1 - soft) + blur(light, 1.5) * soft
    light = 0.975 * light + 0.025 * blur(light, 24)
    centre = np.array([width * rng.uniform(0.4, 0.6), height * rng.uniform(0.4, 0.6)])
    off_centre = np.hypot(x - centre[0], y - centre[1])[..., None] / (width / 2)
    light = light * (1 - 0.20 * off_centre**2)

    # A fixed exposure, as a camera over a belt has it; then the white balance.
    light = light * 0.8 * frame.get("exposure", 1.0)
    warmth = frame.get("warmth", 0.0)
    light = light * [1 + 0.06 * warmth, 1.0, 1 - 0.10 * warmth]

    # Shot noise grows with the light, read noise does not; demosaicing leaves both slightly coarse.
    grain = rng.normal(size=light.shape) * np.sqrt(np.clip(light, 0, 1) * 3e-4 + 2e-5)
    light = np.clip(light + 0.4 * grain + 0.9 * blur(grain, 0.7), 0, None)

    # A soft shoulder instead of hard clipping, then the sRGB transfer function (IEC 61966-2-1).
    light = np.where(light > 0.8, 0.8 + 0.2 * np.tanh((light - 0.8) / 0.2), light)
    coded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)
    Image.fromarray(np.round(coded * 255).clip(0, 255).astype(np.uint8)).save(
        out, quality=90, subsampling=2, optimize=True
    )

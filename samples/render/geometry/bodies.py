"""Bodies of the scenes: revolved vessels, sheets, boxes of sheets, and balls."""

from __future__ import annotations

import numpy as np

from .mesh import Mesh


def spline(points: list[tuple[float, float]], count: int = 160) -> np.ndarray:
    """Catmull-Rom curve [count, 2] through the points, evenly spaced by length; a repeated point makes a corner."""
    p = np.array(points, float)
    p = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    t = np.linspace(0, 1, 24, endpoint=False)[:, None]
    pieces = []
    for a, b, c, d in zip(p[:-3], p[1:-2], p[2:-1], p[3:]):
        pieces.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        )
    curve = np.vstack([*pieces, p[-2:-1]])
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))])
    where = np.linspace(0, length[-1], count)
    return np.stack([np.interp(where, length, curve[:, axis]) for axis in range(2)], -1)


def revolve(profile: np.ndarray, segments: int = 160, shape=None) -> Mesh:
    """Turns a profile [n, 2] of (radius, height) about the y axis; u runs round, v along the profile's height.

    `shape(angle, height, radius)` may return another radius: ribs, petals and other things that are not round.
    """
    angle = np.linspace(0, 2 * np.pi, segments + 1)
    radius, height = (np.repeat(profile[:, axis, None], segments + 1, 1) for axis in range(2))
    turn = np.repeat(angle[None], len(profile), 0)
    if shape is not None:
        radius = shape(turn, height, radius)
    # The last column repeats the first to the bit, so that the seam is closed.
    radius[:, -1] = radius[:, 0]
    sine, cosine = np.sin(turn), np.cos(turn)
    sine[:, -1], cosine[:, -1] = sine[:, 0], cosine[:, 0]
    low, high = profile[:, 1].min(), profile[:, 1].max()
    uv = np.stack([turn / (2 * np.pi), (height - low) / max(high - low, 1e-9)], -1)
    return Mesh.grid(np.stack([radius * cosine, height, radius * sine], -1), uv)


def wall(outer: np.ndarray, thickness: float, floor: float) -> np.ndarray:
    """Profile of a vessel with a solid wall: the outer profile from the centre of the base up to the lip,
    and back down inside at `thickness` (normal to the curve), with the floor at height `floor`."""
    tangent = np.gradient(outer, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    inner = outer + thickness * np.stack([-tangent[:, 1], tangent[:, 0]], -1)
    inner[:, 0] = np.maximum(inner[:, 0], 0.0)
    inner = inner[inner[:, 1] > floor]
    lip = (outer[-1] + inner[-1]) / 2 + [0.0, thickness * 0.5]
    inside = np.vstack([inner[::-1], [[inner[0, 0] * 0.93, floor], [0.0, floor]]])
    return np.vstack([outer, lip, inside])


def sheet(width: float, depth: float, columns: int = 220, rows: int = 220) -> tuple[np.ndarray, np.ndarray]:
    """A flat grid in the xz plane about the origin: points [rows, columns, 3] and uv, v growing with z."""
    u, v = np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, rows))
    points = np.stack([(u - 0.5) * width, np.zeros_like(u), (v - 0.5) * depth], -1)
    return points, np.stack([u, v], -1)


def torn(uv: np.ndarray, raggedness: float, rng: np.random.Generator, sides: str = "nesw") -> np.ndarray:
    """Which cells [rows - 1, columns - 1] of a sheet are left when the named sides are torn off raggedly."""
    centre = (uv[:-1, :-1] + uv[1:, 1:]) / 2

    def edge(coordinate: np.ndarray) -> np.ndarray:
        steps = sum(
            rng.normal() / k * np.sin(2 * np.pi * k * coordinate * rng.uniform(0.7, 1.3) + rng.uniform(0, 6.3))
            for k in range(1, 40)
        )
        return raggedness * (1 + 0.5 * steps)

    u, v = centre[..., 0], centre[..., 1]
    keep = np.ones(u.shape, bool)
    for side, distance, along in (("w", u, v), ("e", 1 - u, v), ("s", v, u), ("n", 1 - v, u)):
        if side in sides:
            keep &= distance > edge(along)
    return keep


def ball(radius: float, rings: int = 220) -> tuple[np.ndarray, np.ndarray]:
    """Points [rings, 2 * rings + 1, 3] and uv of a sphere about the origin, to be crumpled."""
    u, v = np.meshgrid(np.linspace(0, 1, 2 * rings + 1), np.linspace(0.001, 0.999, rings))
    turn, tilt = 2 * np.pi * u, np.pi * v
    turn[:, -1] = 0.0
    points = radius * np.stack([np.sin(tilt) * np.cos(turn), np.cos(tilt), np.sin(tilt) * np.sin(turn)], -1)
    return points, np.stack([u, 1 - v], -1)


def curl(
    points: np.ndarray, toward: tuple[float, float], start: float, radius: float, most: float = 2.6
) -> np.ndarray:
    """Rolls up what lies further than `start` along the direction `toward` (x, z) on a cylinder of the given radius.

    The roll ends after `most` radians and runs on straight, so that a corner lifts or folds over.
    """
    direction = np.array([toward[0], 0.0, toward[1]]) / np.hypot(*toward)
    beyond = np.maximum(points @ direction - start, 0.0)
    angle = np.minimum(beyond / radius, most)
    rest = beyond - angle * radius
    forward = radius * np.sin(angle) + rest * np.cos(angle)
    up = radius * (1 - np.cos(angle)) + rest * np.sin(angle)
    return points + (forward - beyond)[..., None] * direction + up[..., None] * np.array([0.0, 1.0, 0.0])


def rounded_square(power: float, width: float = 1.0, depth: float = 1.0):
    """A `shape` for `revolve`: a superellipse |x / width|^power + |z / depth|^power = r^power."""

    def shape(angle: np.ndarray, _height: np.ndarray, radius: np.ndarray) -> np.ndarray:
        return radius * (np.abs(np.cos(angle) / width) ** power + np.abs(np.sin(angle) / depth) ** power) ** (
            -1 / power
        )

    return shape


def settle(points: np.ndarray, lift: float = 0.02) -> np.ndarray:
    """Moves points down or up so that the lowest lies `lift` above the belt."""
    return points - [0.0, points[..., 1].min() - lift, 0.0]

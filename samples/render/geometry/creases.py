"""Height fields that look like crumpled material: flat facets that meet in sharp creases."""

from __future__ import annotations

import numpy as np


def _envelope(points: np.ndarray, sites: np.ndarray) -> np.ndarray:
    """Upper envelope of the paraboloid's tangent planes at the sites: linear on each Voronoi cell."""
    height = np.empty(len(points))
    for start in range(0, len(points), 4096):
        part = points[start : start + 4096]
        height[start : start + 4096] = (2 * part @ sites.T - (sites**2).sum(1)).max(1)
    return height


def facets(points: np.ndarray, cell: float, rng: np.random.Generator) -> np.ndarray:
    """A continuous field, linear on facets about `cell` wide, between about -1 and 1.

    The difference of two envelopes that both follow |p|^2: the curvature cancels, the creases of both
    Voronoi diagrams stay. Works on points [n, 2] (sheets) and [n, 3] (bodies).
    """
    low, high = points.min(0) - cell, points.max(0) + cell
    count = max(8, int(np.prod((high - low) / cell)))
    first, second = (rng.uniform(low, high, (count, points.shape[1])) for _ in range(2))
    field = _envelope(points, first) - _envelope(points, second)
    return (field - field.mean()) / (2.5 * field.std())


def crumple(points: np.ndarray, cell: float, octaves: int, rng: np.random.Generator) -> np.ndarray:
    """Facets at several scales, each half as wide and somewhat less than half as high as the one before."""
    return sum(0.45**level * facets(points, cell / 2**level, rng) for level in range(octaves))


def smooth(points: np.ndarray, wavelength: float, rng: np.random.Generator) -> np.ndarray:
    """A soft random field between about -1 and 1: a sum of plane waves, for dents and hanging sheets."""
    waves = rng.normal(size=(12, points.shape[1])) * (2 * np.pi / wavelength) / np.sqrt(points.shape[1])
    phases = rng.uniform(0, 2 * np.pi, 12)
    return np.sin(points @ waves.T + phases).sum(1) / 4.0

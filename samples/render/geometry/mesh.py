"""Triangle meshes with texture coordinates, written as POV-Ray `mesh2` objects."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass
class Mesh:
    """Vertices [v, 3] in scene units (about 1 cm), uv [v, 2] in 0..1, faces [f, 3] of vertex numbers."""

    vertices: np.ndarray
    uv: np.ndarray
    faces: np.ndarray

    @classmethod
    def grid(cls, vertices: np.ndarray, uv: np.ndarray, keep: np.ndarray | None = None) -> "Mesh":
        """Joins a [rows, columns, 3] grid of points; `keep` [rows - 1, columns - 1] leaves cells out (torn edges)."""
        rows, columns = vertices.shape[:2]
        number = np.arange(rows * columns).reshape(rows, columns)
        a, b, c, d = number[:-1, :-1], number[:-1, 1:], number[1:, 1:], number[1:, :-1]
        cells = np.ones(a.shape, bool) if keep is None else keep
        faces = np.concatenate([np.stack([p[cells], q[cells], r[cells]], -1) for p, q, r in ((a, b, c), (a, c, d))])
        return cls(vertices.reshape(-1, 3), uv.reshape(-1, 2), faces)

    def normals(self) -> np.ndarray:
        """Area-weighted vertex normals [v, 3]; vertices at one place (a seam) share theirs."""
        corners = self.vertices[self.faces]
        face = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        _, place = np.unique(np.round(self.vertices, 5), axis=0, return_inverse=True)
        place = place.reshape(-1)
        total = np.zeros((place.max() + 1, 3))
        for corner in range(3):
            np.add.at(total, place[self.faces[:, corner]], face)
        length = np.linalg.norm(total, axis=1, keepdims=True)
        # A vertex without area around it keeps an upright normal: POV-Ray refuses a null vector.
        total = np.where(length > 1e-12, total / np.maximum(length, 1e-12), [0.0, 1.0, 0.0])
        return total[place]

    def write(self, path: Path) -> None:
        """Writes the body of a `mesh2 { }`, so that a scene includes it and adds its own texture."""

        def block(name: str, rows: np.ndarray, number: str) -> str:
            vector = "<" + ",".join([number] * rows.shape[1]) + ">"
            return (
                f"{name} {{ {len(rows)},\n" + ",\n".join([vector] * len(rows)) % tuple(rows.ravel().tolist()) + " }\n"
            )

        path.write_text(
            block("vertex_vectors", self.vertices, "%.4f")
            + block("normal_vectors", self.normals(), "%.4f")
            + block("uv_vectors", self.uv, "%.4f")
            + block("face_indices", self.faces, "%d")
        )

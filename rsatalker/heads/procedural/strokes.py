"""The sculptor's knife: strokes along curves in space that raise or dig the surface along its normals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from rsatalker.heads.procedural.curves import bell, nearest_on_polyline

Stroke = tuple[Sequence[tuple[float, float, float]], float, float]  # curve (x, y, z), width, height; cm, negative digs


def carve(
    positions: Float[np.ndarray, "N 3"],
    normals: Float[np.ndarray, "N 3"],
    where: Float[np.ndarray, " N"],
    strokes: Sequence[Stroke],
) -> None:
    """Apply strokes in place; each fades towards its ends.

    Args:
        positions: Vertices, cm.
        normals: Unit normals, outwards.
        where: Share of the strokes that each vertex takes, 0 to 1; the midline stays where it is sideways.
        strokes: Curves near the surface.
    """
    midline = positions[:, 0] == 0.0
    chosen = np.flatnonzero(where > 0)
    points = positions[chosen]
    amount = np.zeros(len(chosen))
    for line, width, height in strokes:
        distance, along = nearest_on_polyline(points, np.array(line, float))
        amount += height * bell(distance, width) * np.sin(np.clip(0.8 * along + 0.15, 0, 1) * np.pi)
    positions[chosen] += (amount * where[chosen])[:, None] * normals[chosen]
    positions[midline, 0] = 0.0


def quad_normals(positions: Float[np.ndarray, "N 3"], quads: Int[np.ndarray, "Q 4"]) -> Float[np.ndarray, "N 3"]:
    """Return the unit normal of every vertex: the mean of its quads', weighted by area."""
    a, b, c, d = (positions[quads[:, corner]] for corner in range(4))
    across = np.cross(c - a, d - b)
    normals = np.zeros_like(positions)
    for corner in range(4):
        np.add.at(normals, quads[:, corner], across)
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)

"""The point of a mesh that is nearest to a given one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64, Int
from scipy.spatial import KDTree

CANDIDATES = 8  # triangles whose middles are nearest, among which the nearest is sought


@dataclass(frozen=True, slots=True)
class OnSurface:
    """N points on a mesh.

    Attributes:
        faces: Triangle of each.
        corners: Its vertices.
        shares: Of those corners; rows sum to 1.
        distances: From the points that were asked for, in the mesh's unit.
    """

    faces: Int[np.ndarray, " N"]
    corners: Int[np.ndarray, "N 3"]
    shares: Float64[np.ndarray, "N 3"]
    distances: Float64[np.ndarray, " N"]

    def of(self, values: Float[np.ndarray, "V *more"]) -> Float[np.ndarray, "N *more"]:
        """Return values of the mesh's vertices at these points."""
        return np.einsum("nc,nc...->n...", self.shares, values[self.corners])


class Surface:
    """A mesh in which nearest points are sought again and again; triangles are found by their middles.

    Args:
        vertices: Of the mesh.
        faces: Its triangles.
    """

    def __init__(self, vertices: Float[np.ndarray, "V 3"], faces: Int[np.ndarray, "F 3"]) -> None:
        self.vertices = vertices.astype(np.float64)
        self._faces = faces
        self._corners = self.vertices[faces]
        self._tree = KDTree(self._corners.mean(1))

    def nearest(self, points: Float[np.ndarray, "N 3"]) -> OnSurface:
        """Return where the nearest point to each given one lies."""
        points = points.astype(np.float64)
        candidates = self._tree.query(points, min(CANDIDATES, len(self._faces)))[1].reshape(len(points), -1)
        corners = self._corners[candidates]  # (N, K, 3, 3)
        shares = shares_of_nearest(points[:, None], corners)
        gaps = np.linalg.norm(np.einsum("nkc,nkcd->nkd", shares, corners) - points[:, None], axis=2)
        best = gaps.argmin(1)
        rows = np.arange(len(points))
        faces = candidates[rows, best]
        return OnSurface(faces, self._faces[faces], shares[rows, best], gaps[rows, best])


def shares_of_nearest(
    points: Float64[np.ndarray, "N 1 3"], triangles: Float64[np.ndarray, "N K 3 3"]
) -> Float64[np.ndarray, "N K 3"]:
    """Return the corners' shares of the point of each triangle that is nearest to a point.

    Clamping the shares of the foot of the perpendicular is exact inside and off by less than a triangle outside, where
    a neighbouring triangle is nearer anyway.
    """
    a, b, c = (triangles[:, :, corner] for corner in range(3))
    first, second, offset = b - a, c - a, points - a
    d00, d01, d11 = (np.einsum("nkd,nkd->nk", x, y) for x, y in ((first, first), (first, second), (second, second)))
    d20, d21 = (np.einsum("nkd,nkd->nk", offset, edge) for edge in (first, second))
    determinant = np.maximum(d00 * d11 - d01 * d01, 1e-30)
    v, w = (d11 * d20 - d01 * d21) / determinant, (d00 * d21 - d01 * d20) / determinant
    shares = np.clip(np.stack([1 - v - w, v, w], -1), 0, None)
    return shares / shares.sum(-1, keepdims=True)

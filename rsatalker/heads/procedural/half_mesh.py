"""One half of a symmetric mesh while it is being built, and its completion by reflection."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Int
from scipy.sparse import csr_matrix

from rsatalker.heads.regions import Region

MIRROR = np.array([-1.0, 1.0, 1.0])


@dataclass
class HalfMesh:
    """Vertices and quads of the left half (x >= 0); vertices with x = 0 are shared with the reflection.

    Loops of vertices run counter-clockwise seen from outside.
    """

    positions: list[Float[np.ndarray, "N 3"]] = field(default_factory=list)
    quads: list[Int[np.ndarray, "K 4"]] = field(default_factory=list)
    quad_regions: list[Int[np.ndarray, " K"]] = field(default_factory=list)
    count: int = 0

    def add(self, points: Float[np.ndarray, "N 3"]) -> Int[np.ndarray, " N"]:
        """Append vertices and return their ids."""
        self.positions.append(np.array(points, float))
        self.count += len(points)
        return np.arange(self.count - len(points), self.count)

    def add_quads(self, quads: Int[np.ndarray, "K 4"], region: Region) -> None:
        """Append quads of one region."""
        self.quads.append(np.asarray(quads, int).reshape(-1, 4))
        self.quad_regions.append(np.full(len(self.quads[-1]), int(region)))

    def add_band(
        self, outer: Int[np.ndarray, " N"], inner: Int[np.ndarray, " N"], region: Region, *, closed: bool
    ) -> None:
        """Join two loops (closed) or two open strips of equal length by quads."""
        if closed:
            outer, inner = np.r_[outer, outer[:1]], np.r_[inner, inner[:1]]
        self.add_quads(np.stack([outer[:-1], outer[1:], inner[1:], inner[:-1]], axis=1), region)

    def add_lid(self, ring: Int[np.ndarray, " N"], columns: int, region: Region) -> Int[np.ndarray, " M"]:
        """Close a ring by a grid of quads with `columns` cells on its first side; return the new vertices.

        The ring's first side starts at its vertex 0; positions inside are the Coons patch of the rim.
        """
        rows = len(ring) // 2 - columns
        grid = np.full((rows + 1, columns + 1), -1)
        grid[0, :] = ring[: columns + 1]
        grid[:, -1] = ring[columns : columns + rows + 1]
        grid[-1, ::-1] = ring[columns + rows : 2 * columns + rows + 1]
        grid[::-1, 0] = np.r_[ring[2 * columns + rows :], ring[:1]]
        points = np.concatenate(self.positions)
        patch = coons_patch(points[grid[0]], points[grid[-1]], points[grid[:, 0]], points[grid[:, -1]])
        inside = self.add(patch[1:-1, 1:-1].reshape(-1, 3))
        grid[1:-1, 1:-1] = inside.reshape(rows - 1, columns - 1)
        self.add_quads(grid_quads(grid), region)
        return inside


def half_disc_grid(strip: Int[np.ndarray, " M"], columns: int) -> Int[np.ndarray, "R C"]:
    """Return a grid that closes a strip which starts and ends on the midline; new vertices are -1.

    The first and last `columns` cells of the strip are the grid's lowest and highest row, the rest its right edge.
    """
    rows = len(strip) - 1 - 2 * columns
    grid = np.full((rows + 1, columns + 1), -1)
    grid[0] = strip[: columns + 1]
    grid[:, -1] = strip[columns : columns + rows + 1]
    grid[-1] = strip[::-1][: columns + 1]
    return grid


def coons_patch(
    low: Float[np.ndarray, "C D"],
    high: Float[np.ndarray, "C D"],
    left: Float[np.ndarray, "R D"],
    right: Float[np.ndarray, "R D"],
) -> Float[np.ndarray, "R C D"]:
    """Return the bilinearly blended patch between four boundary curves."""
    u = np.linspace(0, 1, len(low))[None, :, None]
    v = np.linspace(0, 1, len(left))[:, None, None]
    corners = (1 - v) * ((1 - u) * low[0] + u * low[-1]) + v * ((1 - u) * high[0] + u * high[-1])
    return (1 - v) * low[None] + v * high[None] + (1 - u) * left[:, None] + u * right[:, None] - corners


def grid_quads(grid: Int[np.ndarray, "R C"]) -> Int[np.ndarray, "K 4"]:
    """Return the quads of a grid of vertex ids whose columns run to the right and rows upwards, seen from outside."""
    corners = (grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1])
    return np.stack([corner.ravel() for corner in corners], axis=1)


@dataclass(frozen=True)
class Reflection:
    """Completes fields on the half mesh to the whole mesh.

    Attributes:
        mirrored: Ids of half vertices off the midline; their reflections follow in this order.
        partner: For each vertex of the whole mesh, its reflection.
    """

    mirrored: Int[np.ndarray, " M"]
    partner: Int[np.ndarray, " V"]

    @staticmethod
    def of(half_positions: Float[np.ndarray, "H 3"]) -> Reflection:
        """Return the reflection of a half mesh whose midline vertices have x = 0 exactly."""
        count = len(half_positions)
        mirrored = np.flatnonzero(half_positions[:, 0] != 0.0)
        partner = np.arange(count + len(mirrored))
        partner[mirrored] = np.arange(count, count + len(mirrored))
        partner[count:] = mirrored
        return Reflection(mirrored, partner)

    def vectors(self, half: Float[np.ndarray, "H 3"]) -> Float[np.ndarray, "V 3"]:
        """Return positions or displacements on the whole mesh."""
        return np.concatenate([half, half[self.mirrored] * MIRROR])

    def scalars(self, half: Float[np.ndarray, " H"]) -> Float[np.ndarray, " V"]:
        """Return a symmetric quantity on the whole mesh."""
        return np.concatenate([half, half[self.mirrored]])

    def quads(self, half: Int[np.ndarray, "K 4"]) -> Int[np.ndarray, "2K 4"]:
        """Return the quads of the whole mesh; reflected ones face outwards and keep the diagonal (0, 2)."""
        return np.concatenate([half, self.partner[half][:, [0, 3, 2, 1]]])


def vertex_neighbours(quads: Int[np.ndarray, "K 4"], count: int) -> csr_matrix:
    """Return the matrix that averages each vertex over its neighbours."""
    start = quads[:, [0, 1, 2, 3]].ravel()
    end = quads[:, [1, 2, 3, 0]].ravel()
    ones = np.ones(2 * len(start))
    adjacency = csr_matrix((ones, (np.r_[start, end], np.r_[end, start])), shape=(count, count))
    adjacency.data[:] = 1.0
    degree = np.maximum(np.asarray(adjacency.sum(axis=1)).ravel(), 1.0)
    return csr_matrix(adjacency.multiply(1.0 / degree[:, None]))

"""Flat Gaussians that tile a surface without holes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

# Cells of a grid per quad. Narrower or more jittered ones open dark cracks, wider ones blur.
SIGMA_PER_CELL = 0.72
THICKNESS_PER_CELL = 0.12
JITTER_PER_CELL = 0.12
MOST_CELLS = 12  # per side of a quad


@dataclass(frozen=True, slots=True)
class Surfels:
    """Places on a surface and the flat Gaussians that cover it there.

    Attributes:
        position: Centres.
        factor: Covariance factors: two edges of a cell, and the normal.
        normal: Smooth unit normals.
        quad: The quad each lies on.
        u: Place between the quad's corners 0 and 1.
        v: Place between its corners 0 and 3.
        area: Of the cell.
    """

    position: Float[np.ndarray, "N 3"]
    factor: Float[np.ndarray, "N 3 3"]
    normal: Float[np.ndarray, "N 3"]
    quad: Int[np.ndarray, " N"]
    u: Float[np.ndarray, " N"]
    v: Float[np.ndarray, " N"]
    area: Float[np.ndarray, " N"]

    def __len__(self) -> int:
        return len(self.quad)

    def __getitem__(self, choice: np.ndarray) -> Surfels:
        return Surfels(*(getattr(self, name)[choice] for name in self.__slots__))


def tile(
    vertices: Float[np.ndarray, "V 3"],
    normals: Float[np.ndarray, "V 3"],
    quads: Int[np.ndarray, "Q 4"],
    chosen: Int[np.ndarray, " K"],
    spacing: Float[np.ndarray, " K"] | Float[np.ndarray, "K 2"],
    random: np.random.Generator,
) -> Surfels:
    """Return surfels on a regular grid of about the given spacing (or one along u, one along v) in the chosen quads."""
    along_u, along_v = (spacing, spacing) if spacing.ndim == 1 else spacing.T
    corners = vertices[quads[chosen]]
    side_u = np.linalg.norm(corners[:, 1] - corners[:, 0], axis=1) + np.linalg.norm(
        corners[:, 2] - corners[:, 3], axis=1
    )
    side_v = np.linalg.norm(corners[:, 3] - corners[:, 0], axis=1) + np.linalg.norm(
        corners[:, 2] - corners[:, 1], axis=1
    )
    cells_u = np.clip(np.round(side_u / 2 / along_u), 1, MOST_CELLS).astype(int)
    cells_v = np.clip(np.round(side_v / 2 / along_v), 1, MOST_CELLS).astype(int)
    parts: list[tuple[np.ndarray, ...]] = []
    for count_u, count_v in sorted(set(zip(cells_u.tolist(), cells_v.tolist(), strict=True))):
        same = np.flatnonzero((cells_u == count_u) & (cells_v == count_v))
        parts.append(_grid(vertices, normals, quads, chosen[same], count_u, count_v, random))
    return Surfels(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _grid(
    vertices: Float[np.ndarray, "V 3"],
    normals: Float[np.ndarray, "V 3"],
    quads: Int[np.ndarray, "Q 4"],
    chosen: Int[np.ndarray, " K"],
    count_u: int,
    count_v: int,
    random: np.random.Generator,
) -> tuple[np.ndarray, ...]:
    """Return the columns of `Surfels` for quads with the same number of cells."""
    row, column = (x.ravel() for x in np.meshgrid(np.arange(count_u), np.arange(count_v), indexing="ij"))
    shape = (len(chosen), count_u * count_v)
    u = (row + 0.5 + JITTER_PER_CELL * random.uniform(-1, 1, shape)) / count_u
    v = (column + 0.5 + JITTER_PER_CELL * random.uniform(-1, 1, shape)) / count_v
    weights = np.stack([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v], 2)
    corners = vertices[quads[chosen]]
    position = np.einsum("skw,swi->ski", weights, corners)
    edge_u = _blend(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 3], v) / count_u
    edge_v = _blend(corners[:, 3] - corners[:, 0], corners[:, 2] - corners[:, 1], u) / count_v
    normal = np.einsum("skw,swi->ski", weights, normals[quads[chosen]])
    normal /= np.maximum(np.linalg.norm(normal, axis=2, keepdims=True), 1e-9)
    size = np.sqrt(np.linalg.norm(edge_u, axis=2) * np.linalg.norm(edge_v, axis=2))[..., None]
    edge_u, edge_v = (_at_least(edge, 0.45 * size) for edge in (edge_u, edge_v))  # keeps slivers fat enough
    factor = np.stack([edge_u * SIGMA_PER_CELL, edge_v * SIGMA_PER_CELL, normal * size * THICKNESS_PER_CELL], 3)
    area = np.linalg.norm(np.cross(edge_u, edge_v), axis=2)
    return (
        position.reshape(-1, 3), factor.reshape(-1, 3, 3), normal.reshape(-1, 3),
        np.repeat(chosen, count_u * count_v), u.ravel(), v.ravel(), area.ravel(),
    )  # fmt: skip


def _blend(
    first: Float[np.ndarray, "K 3"], second: Float[np.ndarray, "K 3"], share: Float[np.ndarray, "K C"]
) -> Float[np.ndarray, "K C 3"]:
    return first[:, None] * (1 - share)[..., None] + second[:, None] * share[..., None]


def _at_least(
    vectors: Float[np.ndarray, "*batch 3"], length: Float[np.ndarray, "*batch 1"]
) -> Float[np.ndarray, "*batch 3"]:
    now = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors * np.maximum(now, length) / np.maximum(now, 1e-9)

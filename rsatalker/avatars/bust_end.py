"""Where the bust of a captured head ends: its Gaussians fade there, as busts of our own end in cloth.

The mesh of a tracked head is cut off somewhere below the neck, and so are the Gaussians that it carries: in a room they
would end in a sharp, often jagged edge. Files keep them whole; only what is drawn fades.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Float32, Int
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

BELOW_EYES_M = 0.04  # holes for eyes, and a mesh without a neck, lie higher; a mouth may be lower, but a neck lowest
SHORTEST_M = 0.2  # around a neck; less is a hole
FADE_M = 0.05  # along the surface, from nothing to all
SAMPLE_M = 0.002  # along the rim
OUTERMOST = 0.995  # quantile of the Gaussians that is taken for the last of them; a few float beyond
DEPTH = 6.0  # optical depth of a surface of overlapping Gaussians: it lets 2 thousandths through


def shown_at_end(
    places: Float[np.ndarray, "N 3"],
    means: Float[np.ndarray, "N 3"],
    rim: Float[np.ndarray, "R 3"],
) -> Float[np.ndarray, " N"]:
    """Return how much of the surface each Gaussian's neighbourhood shows, 0 at the end of the bust to 1 above it.

    Clothes that hang below the mesh are carried by its last triangles: the end is that of the Gaussians.

    Args:
        places: On the mesh, nearest to the Gaussians, metres.
        means: Of the Gaussians.
        rim: Points along the mesh's end.
    """
    if not len(rim):
        return np.ones(len(means))
    beyond = np.linalg.norm(means - places, axis=1) - KDTree(rim).query(places)[0]
    inside = np.clip((np.quantile(beyond, OUTERMOST) - beyond) / FADE_M, 0, 1)
    return inside * inside * (3 - 2 * inside)


def faded(opacities: Float32[np.ndarray, " N"], shown: Float[np.ndarray, " N"]) -> Float32[np.ndarray, " N"]:
    """Return opacities of Gaussians that, overlapping, show so much of a surface.

    Ten of one half hide what is behind them: opacities that fell like the surface would leave its edge sharp.
    """
    depths = np.minimum(-np.log1p(-np.minimum(opacities.astype(np.float64), 1 - 1e-9)), DEPTH)
    share = -np.log1p(-np.minimum(shown, 1 - 1e-9)) / DEPTH
    return np.where(share < 1, -np.expm1(-depths * share), opacities).astype(np.float32)


def rim_of(
    vertices: Float[np.ndarray, "V 3"], faces: Int[np.ndarray, "F 3"], eyes: Float[np.ndarray, "3"]
) -> Float[np.ndarray, "R 3"]:
    """Return points along the open edge below the neck, metres; none where a mesh has no such edge.

    Args:
        vertices: Of the mesh at rest.
        faces: Its triangles.
        eyes: Between the eyes.
    """
    ends, pieces = _open_edges(vertices, faces)
    lowest, found = np.inf, np.empty((0, 2, 3))
    for piece in np.unique(pieces):
        edges = ends[pieces == piece]
        length = np.linalg.norm(edges[:, 1] - edges[:, 0], axis=1).sum()
        height = float(edges[..., 1].mean())
        if length >= SHORTEST_M and edges[..., 1].max() < eyes[1] - BELOW_EYES_M and height < lowest:
            lowest, found = height, edges
    counts = np.ceil(np.linalg.norm(found[:, 1] - found[:, 0], axis=1) / SAMPLE_M).astype(int)
    edge = np.repeat(np.arange(len(found)), counts)
    along = (np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts) + 0.5) / counts[edge]
    return found[edge, 0] + along[:, None] * (found[edge, 1] - found[edge, 0])


def _open_edges(
    vertices: Float[np.ndarray, "V 3"], faces: Int[np.ndarray, "F 3"]
) -> tuple[Float[np.ndarray, "E 2 3"], Int[np.ndarray, " E"]]:
    """Return both ends of every edge of only one triangle, and which connected piece each edge is of."""
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]).astype(np.int64), axis=1)
    numbers, counts = np.unique(edges[:, 0] * len(vertices) + edges[:, 1], return_counts=True)
    open_edges = np.stack(np.divmod(numbers[counts == 1], len(vertices)), 1)
    links = csr_matrix((np.ones(len(open_edges)), open_edges.T), (len(vertices), len(vertices)))
    piece = connected_components(links, directed=False)[1]
    return vertices[open_edges].astype(np.float64), piece[open_edges[:, 0]]

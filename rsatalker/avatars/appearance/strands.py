"""Strands: chains of elongated Gaussians along paths."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Int
from scipy.spatial import KDTree

from rsatalker.avatars.appearance.anatomy import PushOut
from rsatalker.avatars.appearance.noise import smooth_step

# direction(positions, normals, part of the length grown, last direction) -> wanted direction
Comb = Callable[[np.ndarray, np.ndarray, float, np.ndarray], np.ndarray]


def strand_gaussians(
    path: Float[np.ndarray, "S K+1 3"], width: Float[np.ndarray, "S K"]
) -> tuple[Float[np.ndarray, "SK 3"], Float[np.ndarray, "SK 3 3"], Float[np.ndarray, "SK 3"]]:
    """Return centres, covariance factors and directions of one Gaussian per segment; their ends overlap.

    Args:
        path: Points of S strands.
        width: Standard deviation across each segment.
    """
    step = path[:, 1:] - path[:, :-1]
    length = np.linalg.norm(step, axis=2, keepdims=True)
    along = step / np.maximum(length, 1e-9)
    helper = np.where(np.abs(along[..., :1]) < 0.8, np.array([1.0, 0, 0]), np.array([0, 1.0, 0]))
    side = np.cross(along, helper)
    side /= np.linalg.norm(side, axis=2, keepdims=True)
    up = np.cross(along, side)
    across = width[..., None]
    factor = np.stack([along * np.maximum(length * 0.5, across), side * across, up * across], 3)
    center = (path[:, 1:] + path[:, :-1]) / 2
    return center.reshape(-1, 3), factor.reshape(-1, 3, 3), along.reshape(-1, 3)


def grow(
    roots: Float[np.ndarray, "S 3"],
    normals: Float[np.ndarray, "S 3"],
    comb: Comb,
    length: Float[np.ndarray, " S"],
    segments: int,
    skin: PushOut,
    height: Float[np.ndarray, " S"],
    rise: tuple[float, float] = (0.25, 3.0),
    steps: tuple[float, float, float] = (0.35, -0.05, 0.35),
) -> Float[np.ndarray, "S K+1 3"]:
    """Return paths that start along the normals and follow the comb outside the skin.

    Args:
        roots: Where strands start.
        normals: Of the skin there.
        comb: Wanted direction.
        length: Of each strand.
        segments: Number of steps; the first ones are shorter, where hair bends most.
        skin: What hair is kept outside of.
        height: How far over the skin a strand lies.
        rise: Share of that at the root, and what it gains per length of the strand.
        steps: Length of the first steps, as a part of the last ones'; from where to where they get longer.
    """
    shortest, begin, end = steps
    weight = shortest + (1 - shortest) * smooth_step(begin, end, (np.arange(segments) + 0.5) / segments)
    weight = weight / weight.sum()
    paths = [roots.copy()]
    position, direction, normal = roots.copy(), normals * 0.6, normals
    for k in range(segments):
        grown = float(weight[: k + 1].sum())
        wanted = comb(position, normal, grown, direction)
        direction = wanted / np.maximum(np.linalg.norm(wanted, axis=1, keepdims=True), 1e-6)
        position = position + direction * (length * weight[k])[:, None]
        position, normal = skin.push(position, height * min(1.0, rise[0] + rise[1] * grown))
        paths.append(position.copy())
    return np.stack(paths, 1)


def spread_out(points: Float[np.ndarray, "N 3"], count: int, random: np.random.Generator) -> Int[np.ndarray, " K"]:
    """Return indices of at most `count` points that keep a distance from each other (dart throwing)."""
    tree = KDTree(points)
    neighbours = min(len(points), max(2, int(len(points) / count * 0.55) + 1))
    radius = tree.query(points, k=neighbours)[0][:, -1]
    alive = np.ones(len(points), bool)
    chosen: list[int] = []
    for i in random.permutation(len(points)):
        if alive[i]:
            chosen.append(int(i))
            alive[tree.query_ball_point(points[i], radius[i])] = False
            if len(chosen) >= count:
                break
    return np.array(chosen)

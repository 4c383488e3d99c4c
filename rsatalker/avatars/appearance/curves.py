"""Curves through points, and distances to curves, outlines and blobs."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float


def spline(
    points: Float[np.ndarray, "K D"], per_segment: int = 12, *, closed: bool = False
) -> Float[np.ndarray, "M D"]:
    """Return a Catmull-Rom curve through points."""
    p = np.asarray(points, float)
    ends = (p[-1:], p[:2]) if closed else (2 * p[:1] - p[1:2], 2 * p[-1:] - p[-2:-1])
    p = np.concatenate([ends[0], p, ends[1]])
    t = np.linspace(0, 1, per_segment, endpoint=False)[:, None, None]
    a, b, c, d = p[:-3], p[1:-2], p[2:-1], p[3:]
    pieces = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    curve = pieces.transpose(1, 0, 2).reshape(-1, p.shape[1])
    return curve if closed else np.concatenate([curve, p[-2:-1]])


def distance_to_outline(points: Float[np.ndarray, "N 2"], outline: Float[np.ndarray, "K 2"]) -> Float[np.ndarray, " N"]:
    """Return the distance to a closed outline in the plane, negative inside."""
    start, end = outline, np.roll(outline, -1, 0)
    nearest = np.full(len(points), np.inf)
    inside: Bool[np.ndarray, " N"] = np.zeros(len(points), bool)
    for a, b in zip(start, end, strict=True):
        edge, w = b - a, points - a
        t = np.clip((w @ edge) / max(edge @ edge, 1e-12), 0, 1)
        nearest = np.minimum(nearest, ((w - t[:, None] * edge) ** 2).sum(1))
        crosses = (a[1] > points[:, 1]) != (b[1] > points[:, 1])
        rise = edge[1] if abs(edge[1]) > 1e-12 else 1e-12
        inside ^= crosses & (points[:, 0] < a[0] + (points[:, 1] - a[1]) / rise * edge[0])
    return np.where(inside, -np.sqrt(nearest), np.sqrt(nearest))


def distance_to_curve(
    points: Float[np.ndarray, "N D"], curve: Float[np.ndarray, "K D"]
) -> tuple[Float[np.ndarray, " N"], Float[np.ndarray, " N"]]:
    """Return the distance to an open curve, and where along it (0 to 1) the nearest place is."""
    nearest, along = np.full(len(points), np.inf), np.zeros(len(points))
    pieces = len(curve) - 1
    for k in range(pieces):
        edge, w = curve[k + 1] - curve[k], points - curve[k]
        t = np.clip((w @ edge) / max(edge @ edge, 1e-12), 0, 1)
        squared = ((w - t[:, None] * edge) ** 2).sum(1)
        along = np.where(squared < nearest, (k + t) / pieces, along)
        nearest = np.minimum(nearest, squared)
    return np.sqrt(nearest), along


def blob(
    points: Float[np.ndarray, "N 3"], center: Float[np.ndarray, "3"], radii: tuple[float, float, float]
) -> Float[np.ndarray, " N"]:
    """Return a Gaussian bump, 1 at its center."""
    return np.exp(-(((points - np.asarray(center)) / np.asarray(radii)) ** 2).sum(1))

"""What the render benchmarks draw: Gaussians like a head's, and the eyes that look at them."""

from __future__ import annotations

import numpy as np

from rsatalker.avatars.gaussians import Gaussians
from rsatalker.renderers.camera import Camera, fit_camera

STRAND_SHARE = 0.4  # of a head's Gaussians, hair and lashes
EYE_DISTANCE_M = 0.063  # between the eyes of a pair of views, the human mean


def head_of_gaussians(count: int) -> Gaussians:
    """Return surfels that close a head-sized ellipsoid, and antialiased strands that hang about it."""
    random = np.random.default_rng(0)
    strands = random.uniform(size=count) < STRAND_SHARE
    normals = random.normal(size=(count, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    axes = np.linalg.qr(np.concatenate([normals[:, None], random.normal(size=(count, 2, 3))], 1).mT)[0]
    spacing = 0.35 / np.sqrt(count)  # metres between neighbours of an even cover
    sizes = np.stack([0.15 * np.ones(count), random.uniform(0.6, 0.9, count), random.uniform(0.6, 0.9, count)], 1)
    sizes[strands] = [0.25, 0.25, 2.5]  # a strand is ten times as long as thick
    halves = axes * (sizes * spacing)[:, None]
    rows, columns = np.triu_indices(3)
    scales = np.array([0.075, 0.11, 0.095]) * np.where(strands, random.uniform(1.0, 1.08, count), 1.0)[:, None]
    return Gaussians(
        (normals * scales).astype(np.float32),
        np.ascontiguousarray((halves @ halves.mT)[:, rows, columns], np.float32),
        np.where(strands, 0.93, 0.995).astype(np.float32),
        (0.5 + 0.4 * np.sin(40 * normals)).astype(np.float32),
        strands.astype(np.uint8),
    )


def stereo_pair(size: int) -> list[Camera]:
    """Return the two eyes of someone who stands 0.8 m before the head."""
    center = np.zeros(3, np.float32)
    places = ([side * EYE_DISTANCE_M / 2, 0, 0.8] for side in (-1, 1))
    return [fit_camera(np.array(place, np.float32), center, 0.13, size, size) for place in places]

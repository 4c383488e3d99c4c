"""Shade in the hollows of the ear: the light that is baked into its vertices is blurred further than they are wide."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from rsatalker.avatars.appearance.anatomy import Anatomy
from rsatalker.avatars.appearance.surfels import Surfels
from rsatalker.avatars.bake import neighbour_average
from rsatalker.heads.regions import Region

RINGS = 5  # of neighbours over which the ear counts as flat
SHADE_PER_CM, LEAST_LIGHT = 7.5, 0.34  # light that a hollow loses by its depth below those, and what is left of it


def ear_shade(anatomy: Anatomy, cells: Surfels) -> Float[np.ndarray, " N"]:
    """Return the share of the light that hollows of the ear leave to surfels; 1 on everything but ears."""
    average = neighbour_average(anatomy.quads, len(anatomy.vertices))
    flat = anatomy.vertices
    for _ in range(RINGS):
        flat = average @ flat
    depth = ((flat - anatomy.vertices) * anatomy.normals).sum(1)
    on_ear = np.zeros(len(depth), bool)
    on_ear[np.unique(anatomy.quads[anatomy.quad_region == Region.EAR])] = True
    light = np.where(on_ear, np.clip(1 - SHADE_PER_CM * np.maximum(depth, 0), LEAST_LIGHT, 1), 1.0)
    corners, u, v = light[anatomy.quads[cells.quad]], cells.u, cells.v
    weights = np.stack([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v], 1)
    return (corners * weights).sum(1)

"""Shade in hollows of ear and face: light that is baked into vertices is blurred further than they are wide."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from rsatalker.avatars.appearance.anatomy import Anatomy
from rsatalker.avatars.appearance.surfels import Surfels
from rsatalker.avatars.bake import neighbour_average
from rsatalker.heads.regions import Region

RINGS = 5  # of neighbours over which a surface counts as flat
SHADE_PER_CM, LEAST_LIGHT = 9.5, 0.30  # light that a hollow of the ear loses by its depth below those, what is left
SKIN_SHADE_PER_CM, LEAST_SKIN_LIGHT = 5.0, 0.72  # the same of the face, whose hollows are wide and soft
WARMTH = np.array([0.65, 1.0, 1.1])  # exponents per channel: light in a hollow of skin has been on skin before


def ear_shade(anatomy: Anatomy, cells: Surfels) -> Float[np.ndarray, " N"]:
    """Return the share of the light that hollows of the ear leave to surfels; 1 on everything but ears."""
    return _light(anatomy, cells, (Region.EAR,), SHADE_PER_CM, LEAST_LIGHT)


def skin_shade(anatomy: Anatomy, cells: Surfels) -> Float[np.ndarray, "N 3"]:
    """Return factors on the colour of the face's surfels: beside the nose, under the lip, around the eyes darker."""
    return _light(anatomy, cells, (Region.FACE,), SKIN_SHADE_PER_CM, LEAST_SKIN_LIGHT)[:, None] ** WARMTH


def _light(
    anatomy: Anatomy, cells: Surfels, regions: tuple[Region, ...], shade_per_cm: float, least: float
) -> Float[np.ndarray, " N"]:
    """Return 1 less the shade of how deep surfels lie below their surroundings."""
    average = neighbour_average(anatomy.quads, len(anatomy.vertices))
    flat = anatomy.vertices
    for _ in range(RINGS):
        flat = average @ flat
    depth = ((flat - anatomy.vertices) * anatomy.normals).sum(1)
    chosen = np.zeros(len(depth), bool)
    chosen[np.unique(anatomy.quads[np.isin(anatomy.quad_region, regions)])] = True
    light = np.where(chosen, np.clip(1 - shade_per_cm * np.maximum(depth, 0), least, 1), 1.0)
    corners, u, v = light[anatomy.quads[cells.quad]], cells.u, cells.v
    weights = np.stack([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v], 1)
    return (corners * weights).sum(1)

"""The eyeball: a sphere with a cornea, in rings around the line of sight, without a pole."""

import itertools

import numpy as np
from jaxtyping import Float, Int

from rsatalker.heads.procedural.anatomy import CORNEA_ANGLE, CORNEA_HEIGHT, EYE_CENTER, EYE_RADIUS
from rsatalker.heads.procedural.half_mesh import HalfMesh
from rsatalker.heads.regions import Region

AROUND = 32
# Angle of each ring from the line of sight, rad: dense where iris and pupil are.
RING_ANGLES = (2.5, 2.15, 1.8, 1.5, 1.27, 1.1, 0.96, 0.85, 0.76, 0.68, 0.61, 0.55, 0.50, 0.45, 0.40, 0.35, 0.30, 0.25,
               0.20, 0.15, 0.10)  # fmt: skip


def cornea_bulge(angle: Float[np.ndarray, "*batch"]) -> Float[np.ndarray, "*batch"]:
    """Return how far the eye's surface stands out of the sphere at an angle from the line of sight, cm."""
    return CORNEA_HEIGHT * np.square(np.maximum(0.0, 1 - np.square(angle / CORNEA_ANGLE)))


def add_eyeball(mesh: HalfMesh) -> Int[np.ndarray, " N"]:
    """Add the left eyeball, looking along +z; return its vertices."""
    first = mesh.count
    around = np.arange(AROUND) / AROUND * 2 * np.pi
    rings = []
    for angle in RING_ANGLES:
        direction = np.column_stack(
            [np.sin(angle) * np.cos(around), np.sin(angle) * np.sin(around), np.full(AROUND, np.cos(angle))]
        )
        rings.append(mesh.add(EYE_CENTER + direction * (EYE_RADIUS + float(cornea_bulge(np.array(angle))))))
    for outer, inner in itertools.pairwise(rings):
        mesh.add_band(outer, inner, Region.EYEBALL, closed=True)
    pupil = mesh.add_lid(rings[-1], AROUND // 4, Region.EYEBALL)
    points = mesh.positions[-1]
    direction = points - EYE_CENTER
    angle = np.arctan2(np.linalg.norm(direction[:, :2], axis=1), direction[:, 2])
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    mesh.positions[-1] = EYE_CENTER + direction * (EYE_RADIUS + cornea_bulge(angle))[:, None]
    return np.arange(first, pupil[-1] + 1)

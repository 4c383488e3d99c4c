"""The outer ear: an outline that stands off the head, and a relief painted on it by strokes.

Our own figures: 6.1 long, 3.5 wide; it leans back by 13 degrees and stands off by 27, less at its top, its lobule and
its rim. Coordinates on the ear: u to the back, v up, w outwards; centimetres.
"""

from __future__ import annotations

import itertools

import numpy as np
from jaxtyping import Float, Int
from scipy.interpolate import CubicSpline

from rsatalker.heads.procedural.curves import bell, nearest_on_polyline
from rsatalker.heads.procedural.half_mesh import HalfMesh
from rsatalker.heads.regions import Region

CENTER = np.array([7.42, 1.55, 0.15])
_TILT, _FLARE = np.radians(13.0), np.radians(27.0)
W_AXIS = np.array([np.cos(_FLARE), 0.03, np.sin(_FLARE)]) / np.hypot(1.0, 0.03)
_UPWARDS = np.cross(W_AXIS, np.array([0.0, -np.sin(_TILT), -np.cos(_TILT)]))
V_AXIS = _UPWARDS / np.linalg.norm(_UPWARDS)
U_AXIS = np.cross(V_AXIS, W_AXIS)

# Angle from the back over the top (degrees), outline (u, v), how far the edge is free of the head.
OUTLINE = np.array([
    (0, 1.56, 0.35, 1), (25, 1.74, 1.15, 1), (50, 1.56, 2.10, 1), (72, 1.02, 2.76, 1), (95, 0.28, 3.02, 1),
    (120, -0.48, 2.75, 0.9), (140, -0.98, 2.05, 0.5), (160, -1.12, 1.25, 0.1), (180, -1.10, 0.45, 0),
    (205, -1.08, -0.4, 0),
    (230, -1.0, -1.3, 0.05), (250, -0.84, -2.1, 0.4), (268, -0.38, -2.76, 0.9), (285, 0.30, -2.98, 1),
    (305, 0.96, -2.60, 1), (325, 1.30, -1.76, 1), (345, 1.46, -0.72, 1), (360, 1.56, 0.35, 1),
])  # fmt: skip

# Strokes of the relief: polyline (u, v), width, height.
HELIX = ([(-0.35, 0.42), (-0.75, 0.75), (-0.98, 1.4), (-0.78, 2.15), (-0.3, 2.62), (0.28, 2.8), (0.9, 2.55),
          (1.36, 2.0), (1.54, 1.15), (1.42, 0.35), (1.28, -0.6), (1.08, -1.5)], 0.20, 0.34)  # fmt: skip
STROKES = [
    HELIX,
    ([(0.85, -1.2), (1.05, -0.3), (1.15, 0.7), (1.05, 1.6), (0.55, 2.25), (-0.1, 2.35)], 0.22, -0.18),  # scapha
    ([(0.1, -1.12), (0.58, -0.85), (0.82, -0.2), (0.78, 0.6), (0.55, 1.3), (0.35, 1.95)], 0.25, 0.33),  # antihelix
    ([(0.55, 1.25), (0.1, 1.42), (-0.4, 1.5)], 0.20, 0.22),  # its lower branch
    ([(-0.92, 0.05), (-0.84, -0.45)], 0.30, 0.40),  # tragus
    ([(-0.05, -1.15), (0.34, -1.12)], 0.24, 0.20),  # antitragus
    ([(-0.5, -0.9), (-0.42, -1.25)], 0.22, -0.26),  # notch between them
    ([(-0.2, 1.05), (0.25, 0.75)], 0.30, -0.28),  # upper bowl
    ([(0.2, -2.2), (0.2, -1.9)], 0.7, 0.10),  # lobule
]
BOWL_CENTER, BOWL_SIZE, BOWL_DEPTH = np.array([-0.12, -0.15]), np.array([0.74, 0.78]), -0.80
BOW_MIDDLE, BOW = (0.35, 0.55), (0.10, 0.040)  # (u, v) from where the ear bends to the head; that per square centimetre
# Its back from the furrow behind it to the rim: share of the outline, height over the bow.
FURROW, BULGE, GROOVE = 0.42, (0.70, -0.50), (0.86, -0.16)
FURROW_AT_ENDS = 0.60  # at top and lobule, which are thin
TURNED = 0.25  # of the way to the point straight opposite: more crowds the ear's own faces until those fold
FRONT_SCALES = (0.955, 0.90, 0.845, 0.79, 0.73, 0.67, 0.61, 0.55, 0.48, 0.41, 0.33)


def add_ear(mesh: HalfMesh, rim: Int[np.ndarray, " R"]) -> list[Int[np.ndarray, " R"]]:
    """Grow an ear from the hole in the side of the head; return its rings from the rim inwards."""
    hole = np.concatenate(mesh.positions)[rim]
    shape = CubicSpline(OUTLINE[:, 0], OUTLINE[:, 1:], bc_type="periodic")
    curves = shape(_facing_the_rim(hole, shape))
    outline, free = curves[:, :2], np.clip(curves[:, 2:], 0.0, 1.0)
    plane = np.linalg.lstsq(np.column_stack([np.ones(len(hole)), hole[:, 1:]]), hole[:, 0], rcond=None)[0]

    def on_ear(
        scale: Float[np.ndarray, "R 1"] | float, height: Float[np.ndarray, "R 1"] | float
    ) -> Float[np.ndarray, "R 3"]:
        uv = outline * scale
        return CENTER + uv[:, :1] * U_AXIS + uv[:, 1:] * V_AXIS + (height + _bow(uv)) * W_AXIS

    def on_skull(scale: Float[np.ndarray, "R 1"] | float) -> Float[np.ndarray, "R 3"]:
        points = on_ear(scale, -_bow(outline * scale))
        points[:, 0] = plane[0] + points[:, 1:] @ plane[1:]
        return points

    fixed = on_skull(0.96) + 0.12 * W_AXIS  # in front the ear grows out of the cheek
    behind = np.clip(outline[:, :1] - 0.4, 0.0, 1.0)
    attached = free * on_skull(FURROW_AT_ENDS + (FURROW - FURROW_AT_ENDS) * behind) + (1 - free) * fixed
    edge_height = _relief(outline * FRONT_SCALES[0])
    edge = on_ear(FRONT_SCALES[0], edge_height)
    front_edge = free * edge + (1 - free) * (0.6 * fixed + 0.4 * edge)
    rings = [hole + (attached - hole) * 0.33, hole + (attached - hole) * 0.66, attached]
    back = on_ear(0.92, edge_height - 0.34)
    bulge = behind * on_ear(*BULGE) + (1 - behind) * (0.6 * attached + 0.4 * back)
    groove = behind * on_ear(*GROOVE) + (1 - behind) * (0.25 * attached + 0.75 * back)
    flying_rings = (bulge, groove, back, on_ear(0.985, edge_height - 0.20), on_ear(0.99, edge_height - 0.06))
    for share, flying in zip((0.18, 0.34, 0.5, 0.68, 0.86), flying_rings, strict=True):
        rings.append(free * flying + (1 - free) * (attached + share * (front_edge - attached)))
    rings.append(front_edge)
    for index, scale in enumerate(FRONT_SCALES[1:]):
        painted = on_ear(scale, _relief(outline * scale))
        bound = (1 - free) * 0.5 ** (index + 1)
        rings.append((1 - bound) * painted + bound * (front_edge - (1 - scale) * (on_ear(1.0, 0.0) - CENTER)))
    ids = [rim, *(mesh.add(ring) for ring in rings)]
    for index, (outer, inner) in enumerate(itertools.pairwise(ids)):
        mesh.add_band(outer, inner, Region.FACE if index < 3 else Region.EAR, closed=True)  # first the skin around it
    ids.append(mesh.add_lid(ids[-1], len(rim) // 4, Region.EAR))
    return ids


def _facing_the_rim(hole: Float[np.ndarray, "R 3"], shape: CubicSpline) -> Float[np.ndarray, " R"]:
    """Return where on the outline each vertex of the rim is joined to the ear.

    Evenly spaced where the edge is free; where the ear grows out of the cheek, turned towards what lies opposite, so
    that faces between rim and ear are not drawn out sideways until they fold.
    """
    even = np.linspace(0, 360, len(hole), endpoint=False)
    fine = np.linspace(0, 360, 721)
    outline = np.unwrap(np.arctan2(shape(fine)[:, 1], shape(fine)[:, 0]))
    seen = np.unwrap(np.arctan2((hole - CENTER) @ V_AXIS, (hole - CENTER) @ U_AXIS))
    opposite = np.interp(seen, outline, fine)
    free = np.clip(shape(even)[:, 2], 0.0, 1.0)
    return even + TURNED * (1 - free) * (opposite - even)


def _bow(uv: Float[np.ndarray, "R 2"]) -> Float[np.ndarray, "R 1"]:
    """Return how far the ear bends to the head: a flat one looks like a board from behind."""
    away = np.maximum(uv - BOW_MIDDLE, [0.0, -9.0])  # in front it is grown to the cheek
    return -(np.square(away) @ BOW)[:, None]


def _relief(uv: Float[np.ndarray, "R 2"]) -> Float[np.ndarray, "R 1"]:
    """Return the height of the ear's front side over its plane."""
    height = BOWL_DEPTH * np.exp(-np.square((uv - BOWL_CENTER) / BOWL_SIZE).sum(axis=1))
    for line, width, amount in STROKES:
        height = height + amount * bell(nearest_on_polyline(uv, np.array(line, float))[0], width)
    return height[:, None]

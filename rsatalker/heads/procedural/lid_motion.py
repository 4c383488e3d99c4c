"""Lids that slide over the eyeball: blinking, squinting, widening, following the gaze."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from rsatalker.heads.procedural.anatomy import EYE_RADIUS, LID_THICKNESS
from rsatalker.heads.procedural.curves import smooth_step
from rsatalker.heads.procedural.sculpture import Sculpture

UPPER_CLOSES = 0.84  # share of the opening that the upper lid covers in a blink; the lower lid does the rest
# Share of the margin's motion, by rings outwards from the margin.
FADE = (1.0, 0.97, 0.90, 0.78, 0.60, 0.38, 0.20, 0.09, 0.03, 0.0)


def lid_motion(
    sculpture: Sculpture,
    positions: Float[np.ndarray, "H 3"],
    eye_center: Float[np.ndarray, "3"],
    upper: float,
    lower: float,
) -> Float[np.ndarray, "H 3"]:
    """Return the displacement of the left lids when their margins slide over the ball.

    Args:
        sculpture: The topology.
        positions: Neutral half mesh of a person, cm.
        eye_center: Centre of the person's left eye, cm.
        upper: Share of the opening that the upper margin moves towards the lower one; negative opens.
        lower: The same for the lower margin, towards the upper one.
    """
    rings = sculpture.template.eye_rings
    size = len(rings[0])
    half = size // 2
    index = np.arange(size)
    is_upper = (index > 0) & (index < half)
    opposite = (size - index) % size
    margin = positions[rings[-1]] - eye_center
    margin_direction = margin / np.linalg.norm(margin, axis=1, keepdims=True)
    share = np.where(is_upper, upper, lower)[:, None]
    turn = share * (margin_direction[opposite] - margin_direction)
    moved_margin = margin_direction + turn
    turn = moved_margin / np.linalg.norm(moved_margin, axis=1, keepdims=True) - margin_direction
    from_corner = np.minimum(index % half, half - index % half)
    off_corner = smooth_step(from_corner, 0.0, 0.3 * half)[:, None]
    margin_radius = np.linalg.norm(margin, axis=1, keepdims=True)
    at_corner = 0.5 * (margin_radius + margin_radius[opposite])  # the corners stay in front of the ball
    closed_radius = off_corner * (EYE_RADIUS + LID_THICKNESS) + (1 - off_corner) * at_corner
    closing = float(np.clip(upper + lower, 0.0, 1.0))
    field = np.zeros_like(positions)
    for ring, fade in zip(rings[::-1], FADE, strict=True):
        offset = positions[ring] - eye_center
        radius = np.linalg.norm(offset, axis=1, keepdims=True)
        own_fade = np.where(is_upper, fade, fade**1.5)[:, None]
        direction = offset / radius + own_fade * turn
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        rest = np.maximum(closed_radius, np.minimum(radius, closed_radius + 0.30 * (1 - own_fade)))
        settled = radius + (rest - radius) * smooth_step(own_fade, 0.0, 0.7) * closing
        field[ring] = eye_center + direction * settled - positions[ring]
    for ring in sculpture.lid_edges:
        offset = positions[ring] - eye_center
        radius = np.linalg.norm(offset, axis=1, keepdims=True)
        direction = offset / radius + turn
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        field[ring] = eye_center + direction * radius - positions[ring]
    return field

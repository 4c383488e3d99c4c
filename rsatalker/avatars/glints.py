"""Highlights on the cornea, placed anew in every frame at the mirror point of each lamp."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

from rsatalker.avatars.rigid_motion import RigidMotion

CORNEA_PER_EYE = 0.63  # radius of the cornea's sphere, in eyeball radii
CORNEA_APEX = 1.085  # distance of its foremost point from the eye's centre, in eyeball radii
# The head's space is squeezed so that a lamp from above is mirrored below the lid's edge, as a large window would be.
SQUEEZE = np.array([0.8, 0.42, 1.0])
# Highlights of the key light and of the brightest place of the probe: opacity, size in metres, stretch sideways.
LAMPS = ((1.0, 0.00078, 1.0), (0.5, 0.00045, 1.5))
PIECES = 2  # Gaussians per highlight, above each other: a window rather than a dot
COUNT = 2 * len(LAMPS) * PIECES


@dataclass(frozen=True, slots=True)
class Glints:
    """Rows of `Gaussians` for the highlights."""

    means: Float32[np.ndarray, "G 3"]
    covariances: Float32[np.ndarray, "G 6"]
    colors: Float32[np.ndarray, "G 3"]
    opacities: Float32[np.ndarray, " G"]


def _ramp(low: float, high: float, x: float) -> float:
    t = min(1.0, max(0.0, (x - low) / (high - low)))
    return t * t * (3 - 2 * t)


def place_glints(
    eyes: tuple[RigidMotion, RigidMotion],
    skull: RigidMotion,
    eye_centers: Float[np.ndarray, "2 3"],
    eye_radius_m: float,
    lamp_directions: Float[np.ndarray, "L 3"],
    lamp_colors: Float[np.ndarray, "L 3"],
    shade: Float[np.ndarray, "2 L"],
    lids: Float[np.ndarray, "2 8"],
    viewer: Float[np.ndarray, "3"],
) -> Glints:
    """Return the highlights of both eyes; hidden ones have opacity 0.

    Args:
        eyes: World from neutral for the left and right eyeball.
        skull: World from neutral for the skull.
        eye_centers: At rest, metres.
        eye_radius_m: Of the eyeball.
        lamp_directions: Towards the lamps, world.
        lamp_colors: Irradiance / pi.
        shade: How much of each lamp reaches each eye.
        lids: Margins as in `posing.lid_shadow`.
        viewer: Position of the eye that looks, world.
    """
    glints = Glints(
        np.zeros((COUNT, 3), np.float32),
        np.tile(np.array([1, 0, 0, 1, 0, 1], np.float32) * np.float32(1e-9), (COUNT, 1)),
        np.zeros((COUNT, 3), np.float32),
        np.zeros(COUNT, np.float32),
    )
    row = 0
    for eye, motion in enumerate(eyes):
        axis = motion.rotation[:, 2]
        center = motion.rotation @ eye_centers[eye] + motion.translation
        radius = CORNEA_PER_EYE * eye_radius_m
        cornea = center + axis * (CORNEA_APEX * eye_radius_m - radius)
        towards_viewer = viewer - cornea
        towards_viewer = towards_viewer / np.linalg.norm(towards_viewer)
        for lamp, (weight, size, stretch) in enumerate(LAMPS):
            towards_lamp = skull.rotation @ ((skull.rotation.T @ lamp_directions[lamp]) * SQUEEZE)
            middle = towards_lamp / np.linalg.norm(towards_lamp) + towards_viewer
            middle /= max(float(np.linalg.norm(middle)), 1e-6)
            strength = weight * _ramp(math.cos(0.80), math.cos(0.52), float(middle @ axis))
            strength *= 1 - math.exp(-3.0 * float(lamp_colors[lamp].mean() * shade[eye, lamp]))
            across = np.cross(skull.rotation[:, 1], middle)
            across /= max(float(np.linalg.norm(across)), 1e-6)
            up = np.cross(middle, across)
            factor = np.stack([across * size * stretch, up * size * 0.75, middle * 1e-4], 1)
            tint = lamp_colors[lamp] / max(float(lamp_colors[lamp].max()), 1e-6)
            for piece in range(PIECES):
                point = cornea + radius * middle + up * size * 0.75 * (1 - 2 * piece)
                glints.means[row] = point
                glints.covariances[row] = (factor @ factor.T)[np.triu_indices(3)]
                glints.colors[row] = 0.6 + 0.4 * tint
                local = skull.rotation.T @ (point - skull.translation)
                glints.opacities[row] = 0.93 * strength * _between_lids(lids[eye], local)
                row += 1
    return glints


def _between_lids(lid: Float[np.ndarray, "8"], point: Float[np.ndarray, "3"]) -> float:
    x = float(point[0] - lid[0])
    upper = float(lid[1] + x * (lid[2] + x * lid[3]))
    lower = float(lid[4] + x * (lid[5] + x * lid[6]))
    return _ramp(-0.0003, 0.0012, upper - float(point[1])) * _ramp(-0.0003, 0.001, float(point[1]) - lower)

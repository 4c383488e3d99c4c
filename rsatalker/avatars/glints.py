"""Highlights on the cornea, placed anew in every frame at the mirror point of each lamp."""

# pyright: reportMissingParameterType=none, reportUnknownParameterType=none

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from rsatalker.avatars.rigid_motion import RigidMotion
from rsatalker.avatars.shading import F, unit_ramp
from rsatalker.kernels import njit

CORNEA_PER_EYE = F(0.63)  # radius of the cornea's sphere, in eyeball radii
CORNEA_APEX = F(1.085)  # distance of its foremost point from the eye's centre, in eyeball radii
# The head's space is squeezed so that a lamp from above is mirrored below the lid's edge, as a large window would be.
SQUEEZE = np.array([0.8, 0.42, 1.0], np.float32)
# Highlights of the key light and of the brightest place of the probe: opacity, size in metres, stretch sideways.
LAMPS = np.array([(1.0, 0.00078, 1.0), (0.5, 0.00045, 1.5)], np.float32)
PIECES = 4  # Gaussians per highlight, two above each other, each laid twice: a window with edges rather than a dot
COUNT = 2 * len(LAMPS) * PIECES
OUTERMOST, INNERMOST = F(math.cos(0.80)), F(math.cos(0.52))  # a highlight fades between these angles on the cornea


@dataclass(frozen=True, slots=True)
class Glints:
    """Rows of `Gaussians` for the highlights."""

    means: Float32[np.ndarray, "G 3"]
    covariances: Float32[np.ndarray, "G 6"]
    colors: Float32[np.ndarray, "G 3"]
    opacities: Float32[np.ndarray, " G"]


def place_glints(
    eyes: tuple[RigidMotion, RigidMotion],
    skull: RigidMotion,
    eye_centers: Float32[np.ndarray, "2 3"],
    eye_radius_m: float,
    lamp_directions: Float32[np.ndarray, "L 3"],
    lamp_colors: Float32[np.ndarray, "L 3"],
    shade: Float32[np.ndarray, "2 L"],
    lids: Float32[np.ndarray, "2 8"],
    viewer: Float32[np.ndarray, "3"],
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
        lids: From `lids.lid_margins`.
        viewer: Position of the eye that looks, world.
    """
    glints = Glints(
        np.empty((COUNT, 3), np.float32),
        np.empty((COUNT, 6), np.float32),
        np.empty((COUNT, 3), np.float32),
        np.empty(COUNT, np.float32),
    )
    for eye, motion in enumerate(eyes):
        rows = slice(eye * COUNT // 2, (eye + 1) * COUNT // 2)
        center = motion.rotation @ eye_centers[eye] + motion.translation
        _fill_glints(
            center, motion.rotation[:, 2].copy(), F(eye_radius_m), skull.rotation, skull.translation, lamp_directions,
            lamp_colors, shade[eye], lids[eye], viewer, SQUEEZE, LAMPS, glints.means[rows], glints.covariances[rows],
            glints.colors[rows], glints.opacities[rows],
        )  # fmt: skip
    return glints


@njit(nogil=True, error_model="numpy")
def _normalized(vector):
    return vector / max(math.sqrt((vector * vector).sum()), F(1e-6))


@njit(nogil=True, error_model="numpy")
def _across(first, second):
    """Return the unit vector across two others."""
    return _normalized(
        np.array(
            [
                first[1] * second[2] - first[2] * second[1],
                first[2] * second[0] - first[0] * second[2],
                first[0] * second[1] - first[1] * second[0],
            ],
            np.float32,
        )
    )


@njit(nogil=True, error_model="numpy")
def _fill_glints(
    center, axis, eye_radius, skull_rotation, skull_translation, lamp_directions, lamp_colors, shade, lid, viewer,
    squeeze, lamps, means, covariances, colors, opacities,
):  # fmt: skip
    """Write the rows of one eye."""
    radius = CORNEA_PER_EYE * eye_radius
    cornea = center + axis * (CORNEA_APEX * eye_radius - radius)
    towards_viewer = _normalized(viewer - cornea)
    skull_up = skull_rotation[:, 1].copy()
    row = 0
    for lamp in range(lamps.shape[0]):
        weight, size, stretch = lamps[lamp, 0], lamps[lamp, 1], lamps[lamp, 2]
        local = (skull_rotation.T @ lamp_directions[lamp]) * squeeze
        middle = _normalized(_normalized(skull_rotation @ local) + towards_viewer)
        strength = weight * unit_ramp(OUTERMOST, INNERMOST, (middle * axis).sum())
        strength *= F(1) - math.exp(F(-3) * lamp_colors[lamp].mean() * shade[lamp])
        across = _across(skull_up, middle)
        up = _across(middle, across)
        wide, high, deep = across * size * stretch, up * size * F(0.75), middle * F(1e-4)
        brightest = max(lamp_colors[lamp].max(), F(1e-6))
        for piece in range(PIECES):
            point = cornea + radius * middle + high * F(1 - 2 * (piece % 2))
            means[row] = point
            column = 0
            for i in range(3):
                for j in range(i, 3):
                    covariances[row, column] = wide[i] * wide[j] + high[i] * high[j] + deep[i] * deep[j]
                    column += 1
            colors[row] = F(0.6) + F(0.4) * lamp_colors[lamp] / brightest
            place = skull_rotation.T @ (point - skull_translation)
            x = place[0] - lid[0]
            upper = lid[1] + x * (lid[2] + x * lid[3])
            lower = lid[4] + x * (lid[5] + x * lid[6])
            inside = unit_ramp(F(-0.0003), F(0.0012), upper - place[1])
            inside *= unit_ramp(F(-0.0003), F(0.001), place[1] - lower)
            opacities[row] = F(0.93) * strength * inside
            row += 1

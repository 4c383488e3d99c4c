"""Rigid parts of a mesh: how the skull, the torso and the eyeballs have moved since the neutral pose."""

# pyright: reportMissingParameterType=none, reportUnknownParameterType=none

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int

from rsatalker.kernels import njit


@dataclass(frozen=True, slots=True)
class RigidMotion:
    """A rotation and a translation: posed = rotation @ neutral + translation, metres."""

    rotation: Float32[np.ndarray, "3 3"]
    translation: Float32[np.ndarray, "3"]


def rigid_motion(
    neutral: Float32[np.ndarray, "V 3"], posed: Float32[np.ndarray, "V 3"], ids: Int[np.ndarray, " N"]
) -> RigidMotion:
    """Return the motion that takes the points with these ids from one mesh to the other, with the least squared error.

    Source: Kabsch, A solution for the best rotation to relate two sets of vectors (1976).
    """
    return RigidMotion(*_fit(neutral, posed, ids))


@njit(nogil=True, error_model="numpy")
def _fit(neutral, posed, ids):
    center_neutral, center_posed, covariance = np.zeros(3), np.zeros(3), np.zeros((3, 3))
    for point in ids:
        for i in range(3):
            center_neutral[i] += neutral[point, i]
            center_posed[i] += posed[point, i]
    center_neutral /= len(ids)
    center_posed /= len(ids)
    for point in ids:
        for i in range(3):
            for j in range(3):
                covariance[i, j] += (posed[point, i] - center_posed[i]) * (neutral[point, j] - center_neutral[j])
    left, _, right = np.linalg.svd(covariance)
    if np.linalg.det(left) * np.linalg.det(right) < 0:  # a mirror image: the best rotation gives up the least axis
        left[:, 2] *= -1
    rotation = left @ right
    return rotation.astype(np.float32), (center_posed - rotation @ center_neutral).astype(np.float32)


@njit(nogil=True, fastmath=True, error_model="numpy")
def move_points(points, rotation, translation, out):
    """Write rotation @ point + translation for every point."""
    for i in range(len(points)):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        for axis in range(3):
            out[i, axis] = rotation[axis, 0] * x + rotation[axis, 1] * y + rotation[axis, 2] * z + translation[axis]


@njit(nogil=True, error_model="numpy")
def fill_rotations_between(first, second, rotations):
    """Fill (K, 3, 3) with rotations at equal steps from the first (3, 3) to the second, both included; double."""
    relative = first.T @ second
    skew = relative - relative.T
    length = math.sqrt((skew * skew).sum() / 2)  # twice the sine; the cosine alone tells no small angle from rounding
    angle = math.atan2(length / 2, (relative[0, 0] + relative[1, 1] + relative[2, 2] - 1) / 2)
    if length > 1e-9:  # no turn has no axis
        skew /= length
    turned, squared = first @ skew, first @ (skew @ skew)
    for k in range(len(rotations)):
        turn = angle * k / (len(rotations) - 1)
        rotations[k] = first + math.sin(turn) * turned + (1 - math.cos(turn)) * squared

"""Rigid parts of a mesh: how the skull, the torso and the eyeballs have moved since the neutral pose."""

# pyright: reportMissingParameterType=none, reportUnknownParameterType=none

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32
from numba import njit


@dataclass(frozen=True, slots=True)
class RigidMotion:
    """A rotation and a translation: posed = rotation @ neutral + translation, metres."""

    rotation: Float32[np.ndarray, "3 3"]
    translation: Float32[np.ndarray, "3"]


def rigid_motion(neutral: Float[np.ndarray, "N 3"], posed: Float[np.ndarray, "N 3"]) -> RigidMotion:
    """Return the motion that takes one point set to the other with the least squared error.

    Source: Kabsch, A solution for the best rotation to relate two sets of vectors (1976).
    """
    rotation, translation = _fit(np.ascontiguousarray(neutral, np.float64), np.ascontiguousarray(posed, np.float64))
    return RigidMotion(rotation.astype(np.float32), translation.astype(np.float32))


@njit(nogil=True, cache=True, error_model="numpy")
def _fit(neutral, posed):
    count = len(neutral)
    center_neutral, center_posed, covariance = np.zeros(3), np.zeros(3), np.zeros((3, 3))
    for point in range(count):
        center_neutral += neutral[point]
        center_posed += posed[point]
    center_neutral /= count
    center_posed /= count
    for point in range(count):
        for i in range(3):
            for j in range(3):
                covariance[i, j] += (posed[point, i] - center_posed[i]) * (neutral[point, j] - center_neutral[j])
    left, _, right = np.linalg.svd(covariance)
    if np.linalg.det(left) * np.linalg.det(right) < 0:  # a mirror image: the best rotation gives up the least axis
        left[:, 2] *= -1
    rotation = left @ right
    return rotation, center_posed - rotation @ center_neutral


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def move_points(points, rotation, translation, out):
    """Write rotation @ point + translation for every point."""
    for i in range(len(points)):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        for axis in range(3):
            out[i, axis] = rotation[axis, 0] * x + rotation[axis, 1] * y + rotation[axis, 2] * z + translation[axis]


def rotations_between(
    first: Float[np.ndarray, "3 3"], second: Float[np.ndarray, "3 3"], parts: Float[np.ndarray, " K"]
) -> Float[np.ndarray, "K 3 3"]:
    """Return rotations that lie the given parts of the way from the first to the second."""
    relative = first.T @ second
    angle = np.arccos(np.clip((np.trace(relative) - 1) / 2, -1, 1))
    cross = relative - relative.T
    axis = np.array([cross[2, 1], cross[0, 2], cross[1, 0]])
    length = np.linalg.norm(axis)
    x, y, z = axis / length if length > 1e-9 else np.zeros(3)  # no turn has no axis
    skew = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    turn = parts[:, None, None] * angle
    return first @ (np.eye(3) + np.sin(turn) * skew + (1 - np.cos(turn)) * (skew @ skew))

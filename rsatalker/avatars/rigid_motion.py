"""Rigid parts of a mesh: how the skull, the torso and the eyeballs have moved since the neutral pose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32


@dataclass(frozen=True, slots=True)
class RigidMotion:
    """A rotation and a translation: posed = rotation @ neutral + translation, metres."""

    rotation: Float32[np.ndarray, "3 3"]
    translation: Float32[np.ndarray, "3"]


def rigid_motion(neutral: Float[np.ndarray, "N 3"], posed: Float[np.ndarray, "N 3"]) -> RigidMotion:
    """Return the motion that takes one point set to the other with the least squared error.

    Source: Kabsch, A solution for the best rotation to relate two sets of vectors (1976).
    """
    center_neutral = neutral.mean(0, dtype=np.float64)
    center_posed = posed.mean(0, dtype=np.float64)
    covariance = (posed - center_posed).T @ (neutral - center_neutral)
    left, _, right = np.linalg.svd(covariance)
    left[:, 2] *= np.sign(np.linalg.det(left @ right))
    rotation = left @ right
    return RigidMotion(rotation.astype(np.float32), (center_posed - rotation @ center_neutral).astype(np.float32))


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

"""Rotations as axis-angle vectors and matrices, in plain numpy."""

import numpy as np
from jaxtyping import Float


def matrix_from_axis_angle(vector: Float[np.ndarray, "3"]) -> Float[np.ndarray, "3 3"]:
    """Return the rotation about a vector by its length in radians (Rodrigues)."""
    angle = float(np.sqrt(vector @ vector))
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = np.asarray(vector, float) / angle
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.eye(3) + np.sin(angle) * cross + (1.0 - np.cos(angle)) * (cross @ cross)


def rotate_about(
    points: Float[np.ndarray, "*batch 3"],
    rotation: Float[np.ndarray, "3 3"],
    center: Float[np.ndarray, "3"],
    weights: Float[np.ndarray, "*batch"] | None = None,
) -> Float[np.ndarray, "*batch 3"]:
    """Return points turned about a centre, each by its own share of the motion if weights are given."""
    turned = (points - center) @ rotation.T + center
    if weights is None:
        return turned
    return points + weights[..., None] * (turned - points)

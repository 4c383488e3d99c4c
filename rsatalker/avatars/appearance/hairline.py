"""Where hair grows: height of the hairline over the azimuth around the head. Style space."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from rsatalker.avatars.appearance.noise import cloud_noise

WOBBLE = 0.35  # centimetres by which the hairline wanders
JAGS = 0.22  # and by which it is uneven from one tuft to the next
EAR_RADII = np.array([1.5, 3.1, 2.1])  # bare skin around the ears


class Hairline:
    """A hairline given as (azimuth from the front in degrees, height) pairs, the same on both sides."""

    def __init__(
        self,
        line: tuple[tuple[float, float], ...],
        landmarks: Float[np.ndarray, "68 3"],
        center: Float[np.ndarray, "3"],
    ):
        self._azimuth, self._height = (np.array(column, float) for column in zip(*line, strict=True))
        self._center = center
        self._ear = np.array([abs(landmarks[0, 0]) + 1.0, landmarks[0, 1] - 2.2, landmarks[0, 2] - 2.6])

    def above(self, points: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, " N"]:
        """Return how far points lie above the hairline, centimetres; negative on bare skin."""
        away = points - self._center
        azimuth = np.abs(np.degrees(np.arctan2(away[:, 0], away[:, 2])))
        height = points[:, 1] - np.interp(azimuth, self._azimuth, self._height)
        height = height + WOBBLE * cloud_noise(points, 0.55, 3, 0) + JAGS * cloud_noise(points, 2.1, 2, 7)
        mirrored = np.stack([np.abs(points[:, 0]), points[:, 1], points[:, 2]], 1)
        around_ear = np.linalg.norm((mirrored - self._ear) / EAR_RADII, axis=1)
        return np.minimum(height, (around_ear - 1) * 2.5)

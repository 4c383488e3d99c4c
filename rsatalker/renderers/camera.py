"""Cameras: where an eye is and what it sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32


@dataclass(frozen=True, slots=True)
class Camera:
    """A pinhole camera in OpenCV axes: x right, y down, z forward.

    Attributes:
        camera_from_world: Rigid transform, row-major 4 x 4.
        K: Intrinsics fx, 0, cx; 0, fy, cy; 0, 0, 1 in pixels; the centre of the first pixel is (0.5, 0.5).
        width: Pixels.
        height: Pixels.
        near: Nearest depth that is drawn, metres.
    """

    camera_from_world: Float32[np.ndarray, "4 4"]
    K: Float32[np.ndarray, "3 3"]
    width: int
    height: int
    near: float = 0.01

    @property
    def position(self) -> Float32[np.ndarray, "3"]:
        """Centre of projection in world space, metres."""
        rotation = self.camera_from_world[:3, :3]
        return -rotation.T @ self.camera_from_world[:3, 3]

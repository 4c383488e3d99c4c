"""How large the frames of one head are worth drawing, by how far away it is seen and how fine the display is."""

from __future__ import annotations

from collections.abc import Sequence
from math import radians

import numpy as np
from jaxtyping import Float32

from rsatalker.renderers.camera import LEAST_PIXELS, deserved_pixels
from sidecar.frame_detail import STEP

HOLD = 0.93  # of a level: so much less must do before it is left, so that a viewer who sways changes no size


class SeenSize:
    """The size of one head's frames, in steps. The frame loop alone uses it.

    Args:
        pixels_per_degree: Of the display; 0: unknown, frames are as large as asked.
    """

    def __init__(self, pixels_per_degree: float) -> None:
        self._pixels_per_radian = pixels_per_degree / radians(1)
        self._scale = 1.0

    def scale(
        self, eyes: Sequence[Float32[np.ndarray, "3"]], center: Float32[np.ndarray, "3"], radius_m: float, side_px: int
    ) -> float:
        """Return which share of the width and height that were asked for the display can show.

        Args:
            eyes: Where the head is seen from; none: nobody says.
            center: Of the head's sphere; world space, like the eyes.
            radius_m: Of that sphere.
            side_px: The shorter side that was asked for.
        """
        if not eyes or not self._pixels_per_radian or side_px <= LEAST_PIXELS:
            self._scale = 1.0
            return self._scale
        nearest_m = max(min(float(np.linalg.norm(eye - center)) for eye in eyes), radius_m)
        wanted = deserved_pixels(nearest_m, radius_m, self._pixels_per_radian, most_pixels=side_px) / side_px
        while wanted > self._scale:
            self._scale = min(self._scale / STEP, 1.0)
        while wanted < self._scale * STEP * HOLD:
            self._scale *= STEP
        return self._scale

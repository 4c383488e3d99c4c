"""The light of a scene, as an engine can send it: a light probe and one key light."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32


@dataclass(frozen=True, slots=True)
class Light:
    """Light that reaches a head, in world space, linear RGB.

    Attributes:
        probe: Radiance in real spherical harmonics of order 2, rows Y00, Y1-1 (y), Y10 (z), Y11 (x), Y2-2 (xy),
            Y2-1 (yz), Y20 (3z^2 - 1), Y21 (xz), Y22 (x^2 - y^2); columns r, g, b. A constant radiance of 1 is
            2 sqrt(pi) = 3.545 in the first row.
        key_direction: Unit vector from the head towards the key light.
        key_color: Irradiance of the key light on a surface that faces it, divided by pi.
    """

    probe: Float32[np.ndarray, "9 3"]
    key_direction: Float32[np.ndarray, "3"]
    key_color: Float32[np.ndarray, "3"]

"""The light of a scene, as an engine can send it: a light probe and one key light."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

from rsatalker.avatars.spherical_harmonics import project, sphere_directions


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

    @property
    def mean_irradiance(self) -> Float32[np.ndarray, "3"]:
        """Irradiance / pi, averaged over surfaces that face every way."""
        half_sqrt_pi = 0.5 / np.sqrt(np.pi)  # Y00; the mean of max(0, cosine) over all directions is 1/4
        return (self.probe[0] * half_sqrt_pi + self.key_color / 4).astype(np.float32)

    def scaled(self, factor: float) -> Light:
        """Return the same light, brighter or darker."""
        gain = np.float32(factor)
        return Light(self.probe * gain, self.key_direction, self.key_color * gain)


@dataclass(frozen=True, slots=True)
class Lamp:
    """A soft lamp of a surrounding: radiance `color` at its centre, fading as exp(sharpness (cos - 1))."""

    direction: tuple[float, float, float]
    sharpness: float
    color: tuple[float, float, float]


def light_from_lamps(
    lamps: tuple[Lamp, ...],
    sky: tuple[float, float, float],
    ground: tuple[float, float, float],
    key_direction: tuple[float, float, float],
    key_color: tuple[float, float, float],
) -> Light:
    """Return a light made of soft lamps, a gradient from ground to sky, and a key light."""
    directions = sphere_directions(600)
    upward = directions[:, 1:2] * 0.5 + 0.5
    radiance: Float[np.ndarray, "N 3"] = upward * np.array(sky) + (1 - upward) * np.array(ground)
    for lamp in lamps:
        cosine = directions @ (np.array(lamp.direction) / np.linalg.norm(lamp.direction))
        radiance = radiance + np.exp(lamp.sharpness * (cosine - 1))[:, None] * np.array(lamp.color)
    towards_key = np.array(key_direction) / np.linalg.norm(key_direction)
    return Light(
        project(directions, radiance, softness=0.01), towards_key.astype(np.float32), np.array(key_color, np.float32)
    )


def studio_light() -> Light:
    """Return the default light: warm key from upper left front, weak fill, cool rims; for a dark background."""
    lamps = (
        Lamp((0.80, 0.10, 0.60), 5.0, (0.24, 0.28, 0.34)),  # fill, from the other side
        Lamp((0.55, 0.45, -0.80), 10.0, (3.5, 3.7, 4.0)),  # rim behind the right shoulder
        Lamp((-0.85, 0.25, -0.55), 10.0, (1.7, 1.8, 2.0)),  # weaker rim on the key's side
    )
    return light_from_lamps(
        lamps,
        sky=(0.19, 0.20, 0.22),
        ground=(0.10, 0.085, 0.075),
        key_direction=(-0.66, 0.52, 0.60),
        key_color=(1.16, 1.065, 0.95),
    )

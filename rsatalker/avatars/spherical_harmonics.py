"""Real spherical harmonics of order 2: projection, convolution and the brightest directions of a probe.

Order and signs are those of `Light.probe`. Source of the irradiance form: Ramamoorthi and Hanrahan, An Efficient
Representation for Irradiance Environment Maps (SIGGRAPH 2001).
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from jaxtyping import Float, Float32

BANDS = np.array([0, 1, 1, 1, 2, 2, 2, 2, 2])  # the order l of each of the nine coefficients
MEAN_RADIANCE = 1 / (2 * math.sqrt(math.pi))  # Y00: the first coefficient times this is the mean radiance


def sphere_directions(count: int) -> Float[np.ndarray, "count 3"]:
    """Return unit vectors spread evenly over the sphere (Fibonacci lattice)."""
    index = np.arange(count) + 0.5
    height = 1 - 2 * index / count
    radius = np.sqrt(1 - height**2)
    azimuth = index * math.pi * (3 - math.sqrt(5))
    return np.stack([radius * np.cos(azimuth), height, radius * np.sin(azimuth)], 1)


def basis(directions: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, "N 9"]:
    """Return the nine basis functions at unit vectors."""
    x, y, z = np.asarray(directions).T
    return np.stack(
        [
            np.full(len(x), 0.282095),
            0.488603 * y, 0.488603 * z, 0.488603 * x,
            1.092548 * x * y, 1.092548 * y * z, 0.315392 * (3 * z * z - 1), 1.092548 * x * z,
            0.546274 * (x * x - y * y),
        ],
        1,
    )  # fmt: skip


def project(
    directions: Float[np.ndarray, "N 3"], radiance: Float[np.ndarray, "N 3"], softness: float = 0.0
) -> Float32[np.ndarray, "9 3"]:
    """Return the probe of a radiance sampled at evenly spread directions.

    Args:
        directions: From `sphere_directions`.
        radiance: Linear RGB that arrives from each direction.
        softness: Strength of the window that damps the higher orders, against ringing behind bright lamps.
    """
    coefficients = basis(directions).T @ radiance * (4 * math.pi / len(directions))
    window = 1 / (1 + softness * (BANDS * (BANDS + 1)) ** 2)  # Sloan, Stupid Spherical Harmonics Tricks (GDC 2008)
    return np.asarray(coefficients * window[:, None], np.float32)


def wrapped_cosine(cosine: Float[np.ndarray, "*shape"], wrap: float) -> Float[np.ndarray, "*shape"]:
    """Return diffuse reflection that reaches `wrap` beyond the terminator, as light under skin does.

    With wrap 0 it is Lambert's cosine. The divisor keeps the total energy close to that.
    """
    return np.maximum(0, (cosine + wrap) / (1 + wrap)) ** (1 + wrap) / (1 + 0.5 * wrap)


@cache
def diffuse_bands(wrap: float) -> Float[np.ndarray, "9"]:
    """Return the factor per coefficient that turns radiance into irradiance / pi under `wrapped_cosine`."""
    nodes, weights = np.polynomial.legendre.leggauss(64)
    kernel = wrapped_cosine(nodes, wrap)
    legendre = (np.ones_like(nodes), nodes, (3 * nodes**2 - 1) / 2)
    per_band = np.array([2 * (weights * kernel * polynomial).sum() for polynomial in legendre])
    return per_band[BANDS]


def peaks(probe: Float[np.ndarray, "9 3"], count: int = 2) -> tuple[Float[np.ndarray, "C 3"], Float[np.ndarray, "C 3"]]:
    """Return directions and colours of the lamps that a probe hints at, brightest first.

    A colour is irradiance / pi above the probe's mean, so that highlights of an even surrounding vanish.
    The direction starts at the best of evenly spread ones, at least 70 degrees from earlier peaks, and is refined by
    its neighbours, so that it moves smoothly with the probe.
    """
    directions = sphere_directions(256)
    brightness = basis(directions) @ (probe.mean(1) * diffuse_bands(0.0))
    free = np.ones(len(directions), bool)
    found = []
    for _ in range(count):
        best = directions[np.argmax(np.where(free, brightness, -np.inf))]
        near = directions @ best
        weight = np.where((near > 0.9) & free, np.maximum(brightness - brightness.min(), 1e-6), 0) ** 8
        best = (directions * (weight / max(weight.max(), 1e-30))[:, None]).sum(0)
        found.append(best / np.linalg.norm(best))
        free &= directions @ found[-1] < math.cos(math.radians(70))
    lamps = np.stack(found)
    colors = basis(lamps) @ (probe * diffuse_bands(0.0)[:, None]) - MEAN_RADIANCE * probe[:1]
    return lamps, np.maximum(colors, 0)

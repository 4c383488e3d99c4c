"""Real spherical harmonics of order 2: projection, rotation, convolution and the brightest directions of a probe.

Order and signs are those of `Light.probe`. Source of the irradiance form: Ramamoorthi and Hanrahan, An Efficient
Representation for Irradiance Environment Maps (SIGGRAPH 2001).
"""

# pyright: reportMissingParameterType=none, reportUnknownParameterType=none

from __future__ import annotations

import math
from functools import cache

import numpy as np
from jaxtyping import Float, Float32

from rsatalker.kernels import njit

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


def rotated(coefficients: Float[np.ndarray, "9 3"], rotation: Float[np.ndarray, "3 3"]) -> Float32[np.ndarray, "9 3"]:
    """Return coefficients of the function f(R d): what a frame sees whose axes are the columns of R."""
    result = np.empty((9, 3), np.float32)
    _rotate(np.ascontiguousarray(coefficients, np.float64), np.ascontiguousarray(rotation, np.float64), result)
    return result


@njit(nogil=True, error_model="numpy")
def _rotate(coefficients, rotation, result):
    """Write the turned coefficients: the second to fourth are a vector, the others a symmetric matrix without trace."""
    axis_of = (1, 2, 0)  # y, z, x
    turned, tensor = np.empty((3, 3)), np.empty((3, 3))
    for channel in range(coefficients.shape[1]):
        k = coefficients[:, channel]
        result[0, channel] = k[0]
        for term in range(3):
            total = 0.0
            for source in range(3):
                total += rotation[axis_of[source], axis_of[term]] * k[1 + source]
            result[1 + term, channel] = total
        along_z, across = 0.315392 * k[6], 0.546274 * k[8]
        tensor[0, 0], tensor[1, 1], tensor[2, 2] = across - along_z, -across - along_z, 2 * along_z
        tensor[0, 1] = tensor[1, 0] = 0.546274 * k[4]
        tensor[1, 2] = tensor[2, 1] = 0.546274 * k[5]
        tensor[0, 2] = tensor[2, 0] = 0.546274 * k[7]
        for i in range(3):
            for j in range(3):
                total = 0.0
                for m in range(3):
                    for n in range(3):
                        total += rotation[m, i] * tensor[m, n] * rotation[n, j]
                turned[i, j] = total
        result[4, channel], result[5, channel] = turned[0, 1] / 0.546274, turned[1, 2] / 0.546274
        result[6, channel], result[7, channel] = turned[2, 2] / 0.630784, turned[0, 2] / 0.546274
        result[8, channel] = (turned[0, 0] - turned[1, 1]) / 1.092548


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

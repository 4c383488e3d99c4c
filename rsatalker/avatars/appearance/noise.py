"""Procedural noise and smooth steps."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

_PRIMES = np.array([73856093, 19349663, 83492791], np.uint64)  # Teschner et al., Optimized Spatial Hashing (2003)


def smooth_step(
    low: float | np.floating[Any], high: float | np.floating[Any], x: Float[np.ndarray, "*shape"]
) -> Float[np.ndarray, "*shape"]:
    """Return 0 up to low, 1 from high on, smooth between; low may lie above high."""
    t = np.clip((np.asarray(x, float) - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def mix(first: ArrayLike, second: ArrayLike, share: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape C"]:
    """Return colours between the first (share 0) and the second (share 1)."""
    start = np.asarray(first)
    return start + (np.asarray(second) - start) * np.asarray(share)[..., None]


def value_noise(points: Float[np.ndarray, "N 3"], frequency: float, seed: int = 0) -> Float[np.ndarray, " N"]:
    """Return smooth noise in [-1, 1] with about `frequency` bumps per unit."""
    x = np.asarray(points, np.float64) * frequency + seed * 17.31
    cell = np.floor(x).astype(np.int64)
    part = x - cell
    part = part * part * (3 - 2 * part)
    total = np.zeros(len(x))
    for corner in range(8):
        offset = np.array([corner & 1, corner >> 1 & 1, corner >> 2])
        key = (cell + offset).astype(np.uint64) * _PRIMES
        mixed = key[:, 0] ^ key[:, 1] ^ key[:, 2] ^ np.uint64(seed * 7919 + 13)
        mixed = (mixed ^ (mixed >> np.uint64(13))) * np.uint64(0x5BD1E995)
        mixed = (mixed ^ (mixed >> np.uint64(15))) * np.uint64(0x27D4EB2D)
        mixed ^= mixed >> np.uint64(16)
        value = (mixed & np.uint64(0xFFFF)).astype(np.float64) / 32767.5 - 1
        total += value * np.prod(np.where(offset, part, 1 - part), 1)
    return total


def cloud_noise(
    points: Float[np.ndarray, "N 3"], frequency: float, octaves: int = 4, seed: int = 0
) -> Float[np.ndarray, " N"]:
    """Return noise summed over octaves of halving strength."""
    layers = (value_noise(points, frequency * 2**k, seed + k) * 0.5**k for k in range(octaves))
    return np.sum(list(layers), axis=0)

"""Rotation of a probe, compiled: apart from `spherical_harmonics`, which clients import without Numba."""

# pyright: reportMissingParameterType=none, reportUnknownParameterType=none

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Float32

from rsatalker.kernels import njit


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

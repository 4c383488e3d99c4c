"""Bounded least squares, many times with one matrix: min |D w - v|^2 + ridge with lower <= w <= upper.

The normal matrix is made once; a frame then costs one product and some sweeps over the unknowns (coordinate descent,
which converges for a positive definite matrix: Hildreth 1957).
"""

# pyright: reportMissingParameterType=none, reportUnknownParameterType=none

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64

from rsatalker.kernels import njit

SWEEPS = 200  # at most
ENOUGH = 1e-4  # change of the weights in one sweep at which they have settled; a weight is 0 to 1


@dataclass(frozen=True, slots=True)
class BoundedFit:
    """A fit of K weights, ready for any right-hand side.

    Attributes:
        gram: D^T D + ridge.
        lower: Least value of each weight.
        upper: Greatest value.
    """

    gram: Float64[np.ndarray, "K K"]
    lower: Float64[np.ndarray, " K"]
    upper: Float64[np.ndarray, " K"]

    def solve(
        self, moments: Float[np.ndarray, " K"], start: Float[np.ndarray, " K"] | None = None
    ) -> Float64[np.ndarray, " K"]:
        """Return the weights for D^T v.

        Args:
            moments: D^T v.
            start: Weights to begin with, those of the frame before; 0 if left out.
        """
        weights = np.zeros(len(self.gram)) if start is None else np.clip(start, self.lower, self.upper).astype(float)
        descend(self.gram, np.asarray(moments, np.float64), self.lower, self.upper, weights, SWEEPS, ENOUGH)
        return weights


@njit(nogil=True, fastmath=True)
def descend(gram, moments, lower, upper, weights, sweeps, enough):
    """Improve the weights in place, one after the other, until none of them changes much; returns the sweeps made."""
    count = len(weights)
    slope = gram @ weights - moments
    for sweep in range(sweeps):
        greatest = 0.0
        for k in range(count):
            better = min(max(weights[k] - slope[k] / gram[k, k], lower[k]), upper[k])
            change = better - weights[k]
            if change != 0.0:
                weights[k] = better
                for j in range(count):
                    slope[j] += gram[k, j] * change
                greatest = max(greatest, abs(change))
        if greatest < enough:
            return sweep + 1
    return sweeps

"""The few operations that both streaming models consist of, compiled: linear maps of a handful of rows, and their like.

A step of a stream is some fifty products of two-row matrices. BLAS and numpy take longer to begin one than to do it;
compiled together, a step costs little more than reading its weights. Training runs the models' own modules.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import nn

from rsatalker.kernels import njit

LAYER_NORM_EPSILON = np.float32(1e-5)  # torch's
ROOT_HALF = np.float32(0.5**0.5)
ONE, HALF, ZERO = np.float32(1), np.float32(0.5), np.float32(0)
# erf(x) = 1 - (1 + a1 x + ... + a6 x^6)^-16 for x >= 0 within 3e-7 (Abramowitz & Stegun 7.1.28)
ERF_1, ERF_2, ERF_3 = np.float32(0.0705230784), np.float32(0.0422820123), np.float32(0.0092705272)
ERF_4, ERF_5, ERF_6 = np.float32(0.0001520143), np.float32(0.0002765672), np.float32(0.0000430638)


class LinearMap:
    """The numbers of an `nn.Linear`, in its memory, also when a stream is copied."""

    def __init__(self, layer: nn.Linear) -> None:
        self.weight: np.ndarray = np.ascontiguousarray(layer.weight.detach().numpy())  # (O, I)
        self.bias: np.ndarray = np.ascontiguousarray(layer.bias.detach().numpy())

    def __deepcopy__(self, memo: dict[int, object]) -> LinearMap:
        """Return itself: nothing in it changes."""
        return self

    @property
    def numbers(self) -> tuple[np.ndarray, np.ndarray]:
        """What a kernel takes."""
        return self.weight, self.bias


@njit(fastmath=True, nogil=True)
def linear(x: Any, weight: Any, bias: Any) -> Any:
    """Return (R, O) for rows (R, I), a weight (O, I) and a bias (O)."""
    rows, inputs = x.shape
    outputs = weight.shape[0]
    y = np.empty((rows, outputs), np.float32)
    for output in range(outputs):
        line = weight[output]
        for row in range(0, rows, 2):  # two at a time: each weight is read once for both participants
            one, other = x[row], x[min(row + 1, rows - 1)]
            a, b = ZERO, ZERO
            for i in range(inputs):
                a += line[i] * one[i]
                b += line[i] * other[i]
            y[row, output] = a + bias[output]
            y[min(row + 1, rows - 1), output] = b + bias[output]
    return y


@njit(fastmath=True, nogil=True)
def gelu_in_place(x: Any) -> None:
    """Turn each x (R, C) into x times the share of a standard normal distribution below x."""
    for row in range(x.shape[0]):
        for i in range(x.shape[1]):
            value = x[row, i]
            a = min(abs(value) * ROOT_HALF, np.float32(4))  # beyond it erf is 1
            p = ONE + a * (ERF_1 + a * (ERF_2 + a * (ERF_3 + a * (ERF_4 + a * (ERF_5 + a * ERF_6)))))
            p *= p
            p *= p
            p *= p
            p *= p
            erf = ONE - ONE / p
            x[row, i] = HALF * (value + abs(value) * erf)


@njit(fastmath=True, nogil=True)
def layer_norm(x: Any, weight: Any, bias: Any) -> Any:
    """Return rows (R, C) of mean 0 and variance 1, scaled and shifted."""
    rows, channels = x.shape
    y = np.empty((rows, channels), np.float32)
    for row in range(rows):
        mean, variance = ZERO, ZERO
        for i in range(channels):
            mean += x[row, i]
        mean /= np.float32(channels)
        for i in range(channels):
            variance += (x[row, i] - mean) ** 2
        scale = ONE / np.sqrt(variance / np.float32(channels) + LAYER_NORM_EPSILON)
        for i in range(channels):
            y[row, i] = (x[row, i] - mean) * scale * weight[i] + bias[i]
    return y


@njit(nogil=True)
def side_by_side(left: Any, right: Any) -> Any:
    """Return rows (R, A + B) of rows (R, A) and (R, B); numpy's way takes seconds to compile."""
    rows, channels = left.shape
    y = np.empty((rows, channels + right.shape[1]), np.float32)
    for row in range(rows):
        for i in range(channels):
            y[row, i] = left[row, i]
        for i in range(right.shape[1]):
            y[row, channels + i] = right[row, i]
    return y


@njit(nogil=True)
def add(x: Any, more: Any) -> Any:
    """Add more (R, C) to x (R, C), and return x."""
    for row in range(x.shape[0]):
        for i in range(x.shape[1]):
            x[row, i] += more[row, i]
    return x

"""The few operations that both streaming models consist of, compiled: linear maps of a handful of rows, and their like.

A step of a stream is some fifty products of two-row matrices. BLAS and numpy take longer to begin one than to do it;
compiled together, a step costs little more than reading its weights. Training runs the models' own modules.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import carray, types  # pyright: ignore[reportPrivateImportUsage]  # documented there
from numba.core import cgutils
from numba.extending import intrinsic
from torch import nn

from rsatalker.kernels import njit

LAYER_NORM_EPSILON = np.float32(1e-5)  # torch's
ROOT_HALF = np.float32(0.5**0.5)
ONE, HALF, ZERO = np.float32(1), np.float32(0.5), np.float32(0)
# erf(x) = 1 - (1 + a1 x + ... + a6 x^6)^-16 for x >= 0 within 3e-7 (Abramowitz & Stegun 7.1.28)
ERF_1, ERF_2, ERF_3 = np.float32(0.0705230784), np.float32(0.0422820123), np.float32(0.0092705272)
ERF_4, ERF_5, ERF_6 = np.float32(0.0001520143), np.float32(0.0002765672), np.float32(0.0000430638)


def linear_map(layer: nn.Linear) -> tuple[np.ndarray, np.ndarray]:
    """Return weight (O, I) and bias (O) of a layer, in its memory."""
    return np.ascontiguousarray(layer.weight.detach().numpy()), np.ascontiguousarray(layer.bias.detach().numpy())


def norm(layer: nn.LayerNorm) -> tuple[np.ndarray, np.ndarray]:
    """Return weight and bias (C) of a layer, in its memory."""
    return layer.weight.detach().numpy(), layer.bias.detach().numpy()


def addresses(states: Sequence[np.ndarray]) -> np.ndarray:
    """Return where each row of some states (B, floats) lies in memory; the caller keeps the states alive meanwhile."""
    starts: list[int] = []
    for state in states:
        first = state.__array_interface__["data"][0]
        starts += [first + row * state.strides[0] for row in range(len(state))]
    return np.array(starts, np.int64)


@intrinsic  # type: ignore[arg-type]  # numba's own annotation lacks what a decorator returns
def _pointer(_typing: Any, address: Any) -> Any:
    def code(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(address), code


@njit(nogil=True)
def floats_at(address: int, first: int, count: int) -> Any:
    """Return some of the floats at an address, as an array (count) that lies there.

    So a kernel steps any number of conversations, each with a state of its own that can be copied and dropped alone.
    """
    return carray(_pointer(address + 4 * first), count, np.float32)  # pyright: ignore[reportCallIssue]  # numba gives the context


@njit(fastmath=True, nogil=True)
def linear(x: Any, weight: Any, bias: Any) -> Any:
    """Return (R, O) for rows (R, I), a weight (O, I) and a bias (O).

    Eight sums at a time, two rows by four outputs: what is loaded is used more than once. A row's sums are the same
    to the last bit whatever other rows there are.
    """
    rows, inputs = x.shape
    outputs = weight.shape[0]
    y = np.empty((rows, outputs), np.float32)
    for o in range(0, outputs, 4):
        p, q, r = min(o + 1, outputs - 1), min(o + 2, outputs - 1), min(o + 3, outputs - 1)
        line_o, line_p, line_q, line_r = weight[o], weight[p], weight[q], weight[r]
        for row in range(0, rows, 2):
            other = min(row + 1, rows - 1)
            one, two = x[row], x[other]
            one_o, one_p, one_q, one_r = ZERO, ZERO, ZERO, ZERO
            two_o, two_p, two_q, two_r = ZERO, ZERO, ZERO, ZERO
            for i in range(inputs):
                a, b = one[i], two[i]
                one_o += line_o[i] * a
                two_o += line_o[i] * b
                one_p += line_p[i] * a
                two_p += line_p[i] * b
                one_q += line_q[i] * a
                two_q += line_q[i] * b
                one_r += line_r[i] * a
                two_r += line_r[i] * b
            y[row, o], y[row, p], y[row, q], y[row, r] = one_o, one_p, one_q, one_r
            y[other, o], y[other, p], y[other, q], y[other, r] = two_o, two_p, two_q, two_r
    for row in range(rows):
        for o in range(outputs):
            y[row, o] += bias[o]
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

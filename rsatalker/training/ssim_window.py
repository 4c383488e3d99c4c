"""SSIM's Gaussian window as a differentiable filter; compiled where torch's convolution is slow.

The window is 11 x 11 pixels with a standard deviation of 1.5 (Wang et al., Image Quality Assessment, 2004, section
III.B); the result has only the places where it fits into the image. On a CPU torch's convolution of many small planes
takes 40 times as long, five sixths of a step of fitting.
"""

# pyright: reportMissingParameterType=none, reportUnknownParameterType=none

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from rsatalker.kernels import njit

SIZE, SIGMA = 11, 1.5  # pixels
_BELL = np.exp(-0.5 * ((np.arange(SIZE) - (SIZE - 1) / 2) / SIGMA) ** 2)
WEIGHTS = (_BELL / _BELL.sum()).astype(np.float32)


def windowed(images: Float[Tensor, "C H W"]) -> Float[Tensor, "C h w"]:
    """Return the mean under the window at every place where it fits; images are at least 11 pixels wide and high."""
    if images.device.type == "cpu" and images.dtype == torch.float32:
        return _CompiledWindow.apply(images)
    return convolved(images)


def convolved(images: Float[Tensor, "C H W"]) -> Float[Tensor, "C h w"]:
    """Return the same by torch's convolution, on any device and in any precision."""
    window = torch.from_numpy(WEIGHTS).to(images)
    columns = torch.nn.functional.conv2d(images[:, None], window[None, None, :, None])
    return torch.nn.functional.conv2d(columns, window[None, None, None, :])[:, 0]


class _CompiledWindow(torch.autograd.Function):
    """The filter, and its transpose backwards."""

    @staticmethod
    def forward(ctx: Any, images: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
        count, height, width = images.shape
        means = torch.empty(count, height - SIZE + 1, width - SIZE + 1)
        gather(images.contiguous().numpy(), WEIGHTS, means.numpy())
        return means

    @staticmethod
    def backward(ctx: Any, gradients: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
        count, height, width = gradients.shape
        spread = torch.empty(count, height + SIZE - 1, width + SIZE - 1)
        scatter(gradients.contiguous().numpy(), WEIGHTS, spread.numpy())
        return spread


@njit(nogil=True, fastmath=True, error_model="numpy")
def gather(images, weights, means):
    """Write the weighted mean under the window, first down the columns, then along the rows."""
    column = np.empty(images.shape[2], np.float32)
    for image in range(means.shape[0]):
        for row in range(means.shape[1]):
            column[:] = 0
            for k in range(weights.shape[0]):
                for x in range(images.shape[2]):
                    column[x] += weights[k] * images[image, row + k, x]
            for x in range(means.shape[2]):
                means[image, row, x] = 0
            for k in range(weights.shape[0]):
                for x in range(means.shape[2]):
                    means[image, row, x] += weights[k] * column[x + k]


@njit(nogil=True, fastmath=True, error_model="numpy")
def scatter(gradients, weights, spread):
    """Write what `gather` passes back to each pixel."""
    along = np.empty(spread.shape[2], np.float32)
    spread[:] = 0
    for image in range(gradients.shape[0]):
        for row in range(gradients.shape[1]):
            along[:] = 0
            for k in range(weights.shape[0]):
                for x in range(gradients.shape[2]):
                    along[x + k] += weights[k] * gradients[image, row, x]
            for k in range(weights.shape[0]):
                for x in range(along.shape[0]):
                    spread[image, row + k, x] += weights[k] * along[x]

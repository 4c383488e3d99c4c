"""Means of pixels, compiled: what is left of an image that was drawn larger than it is wanted."""

from __future__ import annotations

from typing import Any

import numpy as np

from rsatalker.kernels import njit


@njit(nogil=True, error_model="numpy")
def average_pixels(large_colors: Any, large_depths: Any, factor: int, colors: Any, depths: Any) -> None:
    """Write the mean of every factor x factor pixels; see `oversampling.shrink`.

    Row by row of the large images, which are read once: plain numpy goes through them five times.
    """
    area = np.uint32(factor * factor)
    half = area // np.uint32(2)
    sums, weighted = np.empty((colors.shape[2], 4), np.uint32), np.empty(colors.shape[2], np.float32)
    for c in range(colors.shape[0]):
        for y in range(colors.shape[1]):
            sums[:] = 0
            weighted[:] = 0
            for row in range(y * factor, (y + 1) * factor):
                for x in range(colors.shape[2]):
                    for column in range(x * factor, (x + 1) * factor):
                        for channel in range(4):
                            sums[x, channel] += large_colors[c, row, column, channel]
                        weighted[x] += large_depths[c, row, column] * np.float32(large_colors[c, row, column, 3])
            for x in range(colors.shape[2]):
                for channel in range(4):
                    colors[c, y, x, channel] = (sums[x, channel] + half) // area
                depths[c, y, x] = weighted[x] / np.float32(sums[x, 3]) if colors[c, y, x, 3] > 0 else np.float32(0)

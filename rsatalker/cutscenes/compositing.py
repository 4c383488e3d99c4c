"""Compiled loops over the pixels of a picture."""

# pyright: reportMissingParameterType=none, reportUnknownParameterType=none

from __future__ import annotations

import numpy as np

from rsatalker.kernels import njit


@njit(nogil=True)
def lay_over_background(frame, background, shown, out):
    """Write a frame over a background, both sRGB, blended as engines blend a premultiplied texture.

    Args:
        frame: (H, W, 4) premultiplied, uint8.
        background: (H, W, 3) uint8.
        shown: (H,) how much of the frame each row shows, 0 to 256.
        out: (H, W, 3) uint8; receives the picture.
    """
    height, width = frame.shape[0], frame.shape[1]
    for y in range(height):
        share = np.uint32(shown[y])
        for x in range(width):
            if frame[y, x, 3] == 0:  # most pixels are all of one or all of the other, and need no arithmetic
                for channel in range(3):
                    out[y, x, channel] = background[y, x, channel]
                continue
            if frame[y, x, 3] == 255 and share == 256:
                for channel in range(3):
                    out[y, x, channel] = frame[y, x, channel]
                continue
            through = np.uint32(255 * 256) - np.uint32(frame[y, x, 3]) * share
            for channel in range(3):
                value = np.uint32(frame[y, x, channel]) * share * np.uint32(255)
                value += np.uint32(background[y, x, channel]) * through
                out[y, x, channel] = min(np.uint32(255), (value + np.uint32(32640)) // np.uint32(65280))


@njit(nogil=True)
def enlarge_with_noise(small, noise, step, out):
    """Write a smooth small picture at full size, with noise that hides the steps of 8 bits.

    Args:
        small: (h, w, 3) float32, 0 to 255; one value every `step` pixels, the first at the first pixel's centre.
        noise: (H, W) float32, added to all channels.
        step: Pixels.
        out: (H, W, 3) uint8.
    """
    height, width = out.shape[0], out.shape[1]
    for y in range(height):
        row = y // step
        v = np.float32(y - row * step) / np.float32(step)
        for x in range(width):
            column = x // step
            u = np.float32(x - column * step) / np.float32(step)
            for channel in range(3):
                upper = small[row, column, channel] * (1 - u) + small[row, column + 1, channel] * u
                lower = small[row + 1, column, channel] * (1 - u) + small[row + 1, column + 1, channel] * u
                value = upper * (1 - v) + lower * v + noise[y, x] + np.float32(0.5)
                out[y, x, channel] = np.uint8(min(max(value, np.float32(0)), np.float32(255)))


@njit(nogil=True)
def unmultiply(frame, out):
    """Write a premultiplied frame (H, W, 4) uint8 with its colours divided by alpha, as most files with alpha want."""
    height, width = frame.shape[0], frame.shape[1]
    for y in range(height):
        for x in range(width):
            alpha = np.uint32(frame[y, x, 3])
            out[y, x, 3] = alpha
            for channel in range(3):
                if alpha == 0:
                    out[y, x, channel] = 0
                else:
                    value = (np.uint32(frame[y, x, channel]) * np.uint32(255) + alpha // np.uint32(2)) // alpha
                    out[y, x, channel] = min(np.uint32(255), value)

"""Compiled loops over the pixels of a picture."""

# pyright: reportMissingParameterType=none, reportUnknownParameterType=none

from __future__ import annotations

import numpy as np

from rsatalker.exports.yuv import BLUE, CHROMA_OFFSET, LUMA, LUMA_OFFSET, RED
from rsatalker.kernels import njit

# The kernels take constants one by one.
LUMA_R, LUMA_G, LUMA_B = LUMA
BLUE_R, BLUE_G, BLUE_B = BLUE
RED_R, RED_G, RED_B = RED
HALF, EIGHTH, STEPS, WHOLE = np.float32(0.5), np.float32(0.125), np.float32(255), np.float32(256)
BYTE = np.uint32(255)


@njit(nogil=True)
def lay_into_video(frame, background, shown, top, left, luma, blue, red):
    """Write a frame over a background, blended as `lay_over_background` does, into the planes of a video's picture.

    One pass over memory does what blending, and a library's conversion after it, do in three.

    Args:
        frame: (H, W) premultiplied sRGB with alpha, each pixel's four bytes as one uint32.
        background: (H, W) sRGB in the same form, the fourth byte of no meaning.
        shown: (H,) how much of the frame each row shows, 0 to 256.
        top: Row of the picture that the frame's first one goes to; even.
        left: Column; even.
        luma: (h, w) uint8; receives a part of the picture, as do the other planes.
        blue: (h / 2, w / 2) uint8.
        red: (h / 2, w / 2) uint8.
    """
    height, width = frame.shape
    blue_sums, red_sums = np.empty(width + 1, np.float32), np.empty(width + 1, np.float32)
    columns = slice(left // 2, (left + width) // 2)
    for y in range(0, height, 2):
        blue_sums[:], red_sums[:] = 0, 0
        for row in range(y, y + 2):
            out = luma[top + row, left : left + width]
            _blend_row(frame[row], background[row], np.float32(shown[row]), out, blue_sums[1:], red_sums[1:])
        _fill_chroma(blue_sums, blue[(top + y) // 2, columns])
        _fill_chroma(red_sums, red[(top + y) // 2, columns])


@njit(nogil=True)
def _blend_row(frame, background, shown, luma, blue_sums, red_sums):
    """Write a row's luma and add its chroma; without branches, so that eight pixels or more are computed at once."""
    share = shown / WHOLE
    hidden = share / STEPS
    for x in range(frame.shape[0]):
        above, below = frame[x], background[x]
        through = np.float32(1) - np.float32(np.int32(above >> np.uint32(24))) * hidden
        r = np.float32(np.int32(above & BYTE)) * share + np.float32(np.int32(below & BYTE)) * through
        above, below = above >> np.uint32(8), below >> np.uint32(8)
        g = np.float32(np.int32(above & BYTE)) * share + np.float32(np.int32(below & BYTE)) * through
        above, below = above >> np.uint32(8), below >> np.uint32(8)
        b = np.float32(np.int32(above & BYTE)) * share + np.float32(np.int32(below & BYTE)) * through
        luma[x] = np.uint8(np.int32(LUMA_R * r + LUMA_G * g + LUMA_B * b + (LUMA_OFFSET + HALF)))
        blue_sums[x] += BLUE_R * r + BLUE_G * g + BLUE_B * b
        red_sums[x] += RED_R * r + RED_G * g + RED_B * b


@njit(nogil=True)
def _fill_chroma(sums, out):
    """Write a row of chroma from the sums of two rows of pixels, which begin at place 1."""
    sums[0] = sums[1]
    for x in range(out.shape[0]):
        mean = (sums[2 * x] + sums[2 * x + 1] * np.float32(2) + sums[2 * x + 2]) * EIGHTH
        out[x] = np.uint8(np.int32(mean + (CHROMA_OFFSET + HALF)))


@njit(nogil=True)
def lay_over_background(frame, background, shown, out):
    """Write a frame over a background, both sRGB, blended as engines blend a premultiplied texture.

    Args:
        frame: (H, W, 4) premultiplied, uint8.
        background: (H, W, 4) uint8, the fourth byte of no meaning.
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
        out: (H, W, 4) uint8; its fourth byte is left as it is.
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

"""Splats over each other, nearest first: colour, alpha and depth of every pixel.

A tile of 16 x 16 pixels is drawn as two strips 8 wide, whose rows follow each other in memory: the part of a strip that
a splat covers is then one straight run of pixels, which the compiler turns into vector instructions.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from rsatalker.renderers.cpu_project import (
    BLUE,
    DEPTH,
    EXPONENT_SPLIT,
    FAST,
    FIRST_X,
    FIRST_Y,
    GREEN,
    LAST_X,
    LAST_Y,
    LEAST_ALPHA,
    QUADRATIC_1,
    QUADRATIC_XX,
    QUADRATIC_XY,
    QUADRATIC_YY,
    RED,
    U,
    V,
)
from rsatalker.renderers.cpu_sort import TILE
from rsatalker.renderers.worker_threads import take_chunk

MOST_ALPHA = np.float32(0.999)  # gsplat's bound; nothing is ever quite opaque
LEAST_TRANSMITTANCE = np.float32(1e-4)  # a pixel is finished before it would fall to this, as in gsplat
LEAST_EXPONENT = np.float32(np.log(1 / 255) / EXPONENT_SPLIT)  # LEAST_ALPHA in the units of a splat's quadratic form

# Minimax polynomial of exp on [log(1 / 255) / 8, 0]; after three squarings in float32 the relative error is 3e-6.
E0, E1, E2 = np.float32(0.999999925), np.float32(0.999992915), np.float32(0.499887251)
E3, E4, E5 = np.float32(0.165994219), np.float32(0.039808327), np.float32(0.00586879686)

STRIP_WIDTH = 8  # pixels; one AVX register of float32
STRIP_PIXELS = STRIP_WIDTH * TILE
STRIPS = TILE // STRIP_WIDTH
SPLATS_PER_CHECK = 16  # how often a tile looks for strips that are finished

# Planes of a tile's working memory. They lie at fixed distances in one array, so that the compiler can prove that they
# do not overlap. Transmittance turns negative when a pixel is finished.
PLANE = STRIP_PIXELS * STRIPS
TRANSMITTANCE, RED_SUM, GREEN_SUM, BLUE_SUM, DEPTH_SUM, COLUMN, ROW = (np.uint64(p * PLANE) for p in range(7))
WORKING_FLOATS = 7 * PLANE


@njit(nogil=True, cache=True, fastmath=FAST, error_model="numpy")
def composite_tiles(
    counter: Any,
    splats: Any,
    boxes: Any,
    tile_begins: Any,
    tile_ends: Any,
    tile_splats: Any,
    scale: Any,
    rounding: Any,
    colors: Any,
    depths: Any,
) -> None:
    """Draw all tiles of all cameras into `colors` (C, H, W, 4) and `depths` (C, H, W).

    Colours are premultiplied and written as `value * scale + rounding`, cut to the type of `colors`: 255 and 0.5 for
    bytes, 1 and 0 for floats. Every pixel is written.
    """
    rows, columns = tile_begins.shape[1], tile_begins.shape[2]
    tiles = rows * columns
    work = np.empty(WORKING_FLOATS, np.float32)
    while True:
        chunk = take_chunk(counter)
        if chunk >= tiles * splats.shape[0]:
            return
        c = chunk // tiles
        row = (chunk - c * tiles) // columns
        column = chunk - c * tiles - row * columns
        begin, end = tile_begins[c, row, column], tile_ends[c, row, column]
        _clear_tile(work, column * TILE, row * TILE)
        _draw_tile(work, splats[c], boxes[c], tile_splats[c, begin:end], column * TILE, row * TILE)
        _write_tile(work, column * TILE, row * TILE, scale, rounding, colors[c], depths[c])


@njit(nogil=True, fastmath=FAST, error_model="numpy")
def _clear_tile(work: Any, left: int, top: int) -> None:
    """Make the tile empty and write the pixel centres' coordinates."""
    for pixel in range(PLANE):
        row = pixel % STRIP_PIXELS // STRIP_WIDTH
        column = pixel % STRIP_WIDTH + pixel // STRIP_PIXELS * STRIP_WIDTH
        k = np.uint64(pixel)
        work[TRANSMITTANCE + k] = 1
        work[RED_SUM + k] = work[GREEN_SUM + k] = work[BLUE_SUM + k] = work[DEPTH_SUM + k] = 0
        work[COLUMN + k] = left + column + np.float32(0.5)
        work[ROW + k] = top + row + np.float32(0.5)


@njit(nogil=True, fastmath=FAST, error_model="numpy")
def _draw_tile(work: Any, splats: Any, boxes: Any, indices: Any, left: int, top: int) -> None:
    """Add the splats, nearest first, until all pixels are finished."""
    first_live, last_live = 0, STRIPS - 1
    for j in range(len(indices)):
        i = indices[j]
        first_row = max(boxes[i, FIRST_Y] - top, 0)
        last_row = min(boxes[i, LAST_Y] - top, TILE - 1)
        first_strip = max((boxes[i, FIRST_X] - left) // STRIP_WIDTH, first_live)
        last_strip = min((boxes[i, LAST_X] - left) // STRIP_WIDTH, last_live)
        for strip in range(first_strip, last_strip + 1):
            _blend(work, splats[i], strip * STRIP_PIXELS + first_row * STRIP_WIDTH, last_row - first_row + 1)
        if j % SPLATS_PER_CHECK == SPLATS_PER_CHECK - 1:
            while first_live <= last_live and _is_finished(work, first_live):
                first_live += 1
            while first_live <= last_live and _is_finished(work, last_live):
                last_live -= 1
            if first_live > last_live:
                return


@njit(nogil=True, fastmath=FAST, error_model="numpy")
def _blend(work: Any, splat: Any, first_pixel: int, rows: int) -> None:
    """Add one splat to whole rows of a strip."""
    u, v = splat[U], splat[V]
    xx, xy, yy, constant = splat[QUADRATIC_XX], splat[QUADRATIC_XY], splat[QUADRATIC_YY], splat[QUADRATIC_1]
    red, green, blue, depth = splat[RED], splat[GREEN], splat[BLUE], splat[DEPTH]
    first = np.uint64(first_pixel)
    for offset in range(np.uint64(rows * STRIP_WIDTH)):
        k = first + np.uint64(offset)  # unsigned: a signed index would be tested for wrap-around
        dx, dy = work[COLUMN + k] - u, work[ROW + k] - v
        exponent = (xx * dx + xy * dy) * dx + (yy * dy * dy + constant)
        x = max(exponent, LEAST_EXPONENT)
        power = ((((E5 * x + E4) * x + E3) * x + E2) * x + E1) * x + E0
        power *= power
        power *= power
        power *= power
        alpha = min(power, MOST_ALPHA) if exponent >= LEAST_EXPONENT else np.float32(0)
        before = work[TRANSMITTANCE + k]
        weight = alpha * before
        after = before - weight
        unfinished = after > LEAST_TRANSMITTANCE
        weight = weight if unfinished else np.float32(0)
        work[TRANSMITTANCE + k] = after if unfinished else -abs(before)
        work[RED_SUM + k] += weight * red
        work[GREEN_SUM + k] += weight * green
        work[BLUE_SUM + k] += weight * blue
        work[DEPTH_SUM + k] += weight * depth


@njit(nogil=True, fastmath=FAST, error_model="numpy")
def _is_finished(work: Any, strip: int) -> bool:
    """Return whether no pixel of the strip can take more."""
    most = np.float32(-1)
    first = np.uint64(strip * STRIP_PIXELS)
    for offset in range(np.uint64(STRIP_PIXELS)):
        most = max(most, work[TRANSMITTANCE + first + np.uint64(offset)])
    return bool(most < 0)


@njit(nogil=True, fastmath=FAST, error_model="numpy")
def _write_tile(work: Any, left: int, top: int, scale: Any, rounding: Any, colors: Any, depths: Any) -> None:
    """Copy the tile to where it lies in the images."""
    one = np.float32(1)
    for y in range(min(TILE, colors.shape[0] - top)):
        for x in range(min(TILE, colors.shape[1] - left)):
            k = np.uint64(x // STRIP_WIDTH * STRIP_PIXELS + y * STRIP_WIDTH + x % STRIP_WIDTH)
            alpha = one - abs(work[TRANSMITTANCE + k])
            pixel = colors[top + y, left + x]
            pixel[0] = min(max(work[RED_SUM + k], 0), one) * scale + rounding
            pixel[1] = min(max(work[GREEN_SUM + k], 0), one) * scale + rounding
            pixel[2] = min(max(work[BLUE_SUM + k], 0), one) * scale + rounding
            pixel[3] = alpha * scale + rounding
            depths[top + y, left + x] = work[DEPTH_SUM + k] / alpha if alpha > LEAST_ALPHA / 2 else np.float32(0)

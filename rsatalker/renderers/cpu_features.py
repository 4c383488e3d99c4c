"""Compositing of any number of features in floats, for `cpu_gradients` to differentiate.

The live path's compositor writes three colours and depth and forgets. Both draw in the same order with the same rules.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rsatalker.kernels import njit
from rsatalker.renderers.cpu_composite import (
    LEAST_EXPONENT,
    LEAST_TRANSMITTANCE,
    MOST_ALPHA,
    PLANE,
    SPLATS_PER_CHECK,
    STRIP_PIXELS,
    STRIP_SHIFT,
    STRIP_WIDTH,
    STRIPS,
    power_of_exponent,
)
from rsatalker.renderers.cpu_project import (
    DEPTH,
    EXPONENT_SPLIT,
    FAST,
    FIRST_X,
    FIRST_Y,
    LAST_X,
    LAST_Y,
    LEAST_ALPHA,
    LOG_LEAST_ALPHA,
    QUADRATIC_1,
    QUADRATIC_XX,
    QUADRATIC_XY,
    QUADRATIC_YY,
    U,
    V,
)
from rsatalker.renderers.cpu_sort import TILE
from rsatalker.renderers.worker_threads import take_chunk

# Planes of a tile's working memory: one value a pixel each. From FEATURE_PLANES on there is one a feature: sums on the
# way there, gradients on the way back.
TRANSMITTANCE, COLUMN, ROW, WEIGHT, ALPHA_GRADIENT, SHARE, REMAINDER = (np.uint64(p * PLANE) for p in range(7))
FEATURE_PLANES = 7


@njit(nogil=True, fastmath=FAST, error_model="numpy")
def pack_splats(
    counter: Any,
    means2d: Any,
    conics: Any,
    opacities: Any,
    depths: Any,
    width: int,
    height: int,
    splats: Any,
    boxes: Any,
) -> None:
    """Fill the splats (C, N, 16) and boxes (C, N, 4) of `project_gaussians` from projections made elsewhere.

    An opacity of 0 means that the Gaussian is not seen. Chunks are cameras.
    """
    half, one = np.float32(0.5), np.float32(1)
    while True:
        c = take_chunk(counter)
        if c >= splats.shape[0]:
            return
        for i in range(splats.shape[1]):
            boxes[c, i, FIRST_Y] = 0
            boxes[c, i, LAST_Y] = -1
            opacity = opacities[c, i]
            if opacity < LEAST_ALPHA:
                continue
            u, v = means2d[c, i, 0], means2d[c, i, 1]
            xx, xy, yy = conics[c, i, 0], conics[c, i, 1], conics[c, i, 2]
            determinant = xx * yy - xy * xy
            if not determinant > 0:
                continue
            log_opacity = math.log(opacity)
            reach = np.float32(2) * (log_opacity - LOG_LEAST_ALPHA) / determinant
            reach_x, reach_y = math.sqrt(reach * yy), math.sqrt(reach * xx)
            first_x = int(min(max(u - reach_x + half, np.float32(0)), np.float32(width)))
            first_y = int(min(max(v - reach_y + half, np.float32(0)), np.float32(height)))
            last_x = int(min(max(u + reach_x + half, np.float32(0)), np.float32(width))) - 1
            last_y = int(min(max(v + reach_y + half, np.float32(0)), np.float32(height))) - 1
            if first_x > last_x or first_y > last_y:
                continue
            boxes[c, i, FIRST_X], boxes[c, i, FIRST_Y] = first_x, first_y
            boxes[c, i, LAST_X], boxes[c, i, LAST_Y] = last_x, last_y
            splats[c, i, U], splats[c, i, V], splats[c, i, DEPTH] = u, v, depths[c, i]
            splats[c, i, QUADRATIC_XX] = -half * xx / EXPONENT_SPLIT
            splats[c, i, QUADRATIC_XY] = -one * xy / EXPONENT_SPLIT
            splats[c, i, QUADRATIC_YY] = -half * yy / EXPONENT_SPLIT
            splats[c, i, QUADRATIC_1] = log_opacity / EXPONENT_SPLIT


@njit(nogil=True, fastmath=FAST, error_model="numpy")
def composite_features(
    counter: Any,
    splats: Any,
    boxes: Any,
    tile_begins: Any,
    tile_ends: Any,
    tile_splats: Any,
    features: Any,
    sums: Any,
    alphas: Any,
) -> None:
    """Draw the features (C, N, D) into `sums` (C, H, W, D) and `alphas` (C, H, W); every pixel is written."""
    rows, columns = tile_begins.shape[1], tile_begins.shape[2]
    work = np.empty((FEATURE_PLANES + features.shape[2]) * PLANE, np.float32)
    write_coordinates(work)
    while True:
        chunk = take_chunk(counter)
        if chunk >= tile_begins.size:
            return
        c = chunk // (rows * columns)
        row = (chunk - c * rows * columns) // columns
        column = chunk - c * rows * columns - row * columns
        clear_tile(work, features.shape[2])
        begin, end = tile_begins[c, row, column], tile_ends[c, row, column]
        _draw(work, c, splats, boxes, tile_splats, features, begin, end, column * TILE, row * TILE)
        _write_tile(work, c, column * TILE, row * TILE, sums, alphas)


@njit(nogil=True, fastmath=FAST, error_model="numpy")
def write_coordinates(work: Any) -> None:
    """Write every pixel centre's place in its tile."""
    for pixel in range(PLANE):
        k = np.uint64(pixel)
        work[COLUMN + k] = np.float32(pixel // STRIP_PIXELS * STRIP_WIDTH + pixel % STRIP_WIDTH) + np.float32(0.5)
        work[ROW + k] = np.float32(pixel % STRIP_PIXELS // STRIP_WIDTH) + np.float32(0.5)


@njit(nogil=True, fastmath=FAST, error_model="numpy")
def clear_tile(work: Any, features: int) -> None:
    """Make the tile empty."""
    for pixel in range(PLANE):
        work[TRANSMITTANCE + np.uint64(pixel)] = np.float32(1)
    for pixel in range(FEATURE_PLANES * PLANE, (FEATURE_PLANES + features) * PLANE):
        work[np.uint64(pixel)] = np.float32(0)


@njit(nogil=True, fastmath=FAST, error_model="numpy")
def _draw(
    work: Any,
    c: int,
    splats: Any,
    boxes: Any,
    tile_splats: Any,
    features: Any,
    begin: int,
    end: int,
    left: int,
    top: int,
) -> None:
    """Add the tile's splats, nearest first, until all pixels are finished."""
    first_live, last_live = 0, STRIPS - 1
    for j in range(begin, end):
        i = tile_splats[c, j]
        first_row = max(boxes[c, i, FIRST_Y] - top, 0)
        rows = min(boxes[c, i, LAST_Y] - top, TILE - 1) - first_row + 1
        first_strip = max((boxes[c, i, FIRST_X] - left) >> STRIP_SHIFT, first_live)
        last_strip = min((boxes[c, i, LAST_X] - left) >> STRIP_SHIFT, last_live)
        u, v = splats[c, i, U] - np.float32(left), splats[c, i, V] - np.float32(top)
        xx, xy, yy = splats[c, i, QUADRATIC_XX], splats[c, i, QUADRATIC_XY], splats[c, i, QUADRATIC_YY]
        constant = splats[c, i, QUADRATIC_1]
        for strip in range(first_strip, last_strip + 1):
            first = np.uint64(strip * STRIP_PIXELS + first_row * STRIP_WIDTH)
            pixels = np.uint64(rows * STRIP_WIDTH)
            for offset in range(pixels):
                k = first + np.uint64(offset)  # unsigned: a signed index would be tested for wrap-around
                dx, dy = work[COLUMN + k] - u, work[ROW + k] - v
                exponent = (xx * dx + xy * dy) * dx + (yy * dy * dy + constant)
                power = power_of_exponent(exponent)
                alpha = min(power, MOST_ALPHA) if exponent >= LEAST_EXPONENT else np.float32(0)
                before = work[TRANSMITTANCE + k]
                weight = alpha * before
                after = before - weight
                unfinished = after > LEAST_TRANSMITTANCE
                work[WEIGHT + k] = weight if unfinished else np.float32(0)
                work[TRANSMITTANCE + k] = after if unfinished else -abs(before)
            for d in range(features.shape[2]):
                feature = features[c, i, d]
                plane = np.uint64((FEATURE_PLANES + d) * PLANE)
                for offset in range(pixels):
                    k = first + np.uint64(offset)
                    work[plane + k] += work[WEIGHT + k] * feature
        if (j - begin) % SPLATS_PER_CHECK == SPLATS_PER_CHECK - 1:
            while first_live <= last_live and is_finished(work, first_live):
                first_live += 1
            while first_live <= last_live and is_finished(work, last_live):
                last_live -= 1
            if first_live > last_live:
                return


@njit(nogil=True, fastmath=FAST, error_model="numpy")
def is_finished(work: Any, strip: int) -> bool:
    """Return whether no pixel of the strip can take more."""
    live = np.uint32(0)  # a sum, because a maximum of floats is not computed in vectors
    first = np.uint64(strip * STRIP_PIXELS)
    for offset in range(np.uint64(STRIP_PIXELS)):
        live += np.uint32(work[TRANSMITTANCE + first + np.uint64(offset)] > 0)
    return live == 0


@njit(nogil=True, fastmath=FAST, error_model="numpy")
def place_of_pixel(x: int, y: int) -> Any:
    """Return where a pixel of the tile lies in a plane."""
    return np.uint64((x >> STRIP_SHIFT) * STRIP_PIXELS + y * STRIP_WIDTH + (x & (STRIP_WIDTH - 1)))


@njit(nogil=True, fastmath=FAST, error_model="numpy")
def _write_tile(work: Any, c: int, left: int, top: int, sums: Any, alphas: Any) -> None:
    """Copy the tile to where it lies in the images."""
    for y in range(min(TILE, sums.shape[1] - top)):
        for x in range(min(TILE, sums.shape[2] - left)):
            k = place_of_pixel(x, y)
            alphas[c, top + y, left + x] = np.float32(1) - abs(work[TRANSMITTANCE + k])
            for d in range(sums.shape[3]):
                sums[c, top + y, left + x, d] = work[np.uint64((FEATURE_PLANES + d) * PLANE) + k]

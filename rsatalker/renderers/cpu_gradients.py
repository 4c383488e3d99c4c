"""The way back of `cpu_features`: what a loss says of pixels, said of Gaussians.

A pixel is S = sum(w_i f_i) with w_i = alpha_i T_i and T_i = prod_{j < i}(1 - alpha_j). Alpha itself is the feature that
is 1 everywhere. With g the gradient of the loss by the pixel's features, that by alpha_i is

    T_i (g . f_i) - R_i / (1 - alpha_i),    R_i = sum_{j > i} w_j (g . f_j) = g . S - sum_{j <= i} w_j (g . f_j)

so one walk from front to back is enough. What it says of log(alpha_i) is gathered as six moments of the pixel's place,
which hold all that centre, shape and opacity need. Every entry of a tile's list has a row of its own for them, and rows
are added up in one fixed order: the same input gives the same gradient to the last bit, with any number of threads.
"""

from __future__ import annotations

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
from rsatalker.renderers.cpu_features import (
    ALPHA_GRADIENT,
    COLUMN,
    FEATURE_PLANES,
    REMAINDER,
    ROW,
    SHARE,
    TRANSMITTANCE,
    WEIGHT,
    clear_tile,
    is_finished,
    place_of_pixel,
    write_coordinates,
)
from rsatalker.renderers.cpu_project import (
    FAST,
    FIRST_X,
    FIRST_Y,
    LAST_X,
    LAST_Y,
    LEAST_ALPHA,
    QUADRATIC_1,
    QUADRATIC_XX,
    QUADRATIC_XY,
    QUADRATIC_YY,
    U,
    V,
)
from rsatalker.renderers.cpu_sort import TILE
from rsatalker.renderers.worker_threads import take_chunk

SUMMING = FAST | {"reassoc"}  # sums over pixels in any order of the compiler's liking, but always the same

MOMENTS = 6  # columns of an entry before its features: sums of g, g dx, g dy, g dx dx, g dx dy, g dy dy
BY_1, BY_X, BY_Y, BY_XX, BY_XY, BY_YY = range(MOMENTS)


@njit(nogil=True, fastmath=SUMMING, error_model="numpy")
def differentiate_features(
    counter: Any,
    splats: Any,
    boxes: Any,
    tile_begins: Any,
    tile_ends: Any,
    tile_splats: Any,
    features: Any,
    sums: Any,
    alphas: Any,
    sum_gradients: Any,
    alpha_gradients: Any,
    entries: Any,
) -> None:
    """Write the moments and feature gradients of every entry of the tile lists into `entries` (C, L, 6 + D)."""
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
        begin, end = tile_begins[c, row, column], tile_ends[c, row, column]
        for j in range(begin, end):
            for m in range(entries.shape[2]):
                entries[c, j, m] = np.float32(0)
        clear_tile(work, features.shape[2])
        _read_tile(work, c, column * TILE, row * TILE, sums, alphas, sum_gradients, alpha_gradients)
        _differentiate(work, c, splats, boxes, tile_splats, features, begin, end, column * TILE, row * TILE, entries)


@njit(nogil=True, fastmath=FAST, error_model="numpy")
def _read_tile(
    work: Any, c: int, left: int, top: int, sums: Any, alphas: Any, sum_gradients: Any, alpha_gradients: Any
) -> None:
    """Copy the tile's gradients, and g . S, from the images; outside the image all is 0."""
    for pixel in range(PLANE):
        work[ALPHA_GRADIENT + np.uint64(pixel)] = np.float32(0)
        work[REMAINDER + np.uint64(pixel)] = np.float32(0)
    for y in range(min(TILE, sums.shape[1] - top)):
        for x in range(min(TILE, sums.shape[2] - left)):
            k = place_of_pixel(x, y)
            gradient = alpha_gradients[c, top + y, left + x]
            total = gradient * alphas[c, top + y, left + x]
            work[ALPHA_GRADIENT + k] = gradient
            for d in range(sums.shape[3]):
                gradient = sum_gradients[c, top + y, left + x, d]
                total += gradient * sums[c, top + y, left + x, d]
                work[np.uint64((FEATURE_PLANES + d) * PLANE) + k] = gradient
            work[REMAINDER + k] = total


@njit(nogil=True, fastmath=SUMMING, error_model="numpy")
def _differentiate(
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
    entries: Any,
) -> None:
    """Draw the tile again and write what each of its splats is to the loss."""
    one, zero = np.float32(1), np.float32(0)
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
        by_1, by_x, by_y, by_xx, by_xy, by_yy = zero, zero, zero, zero, zero, zero
        for strip in range(first_strip, last_strip + 1):
            first = np.uint64(strip * STRIP_PIXELS + first_row * STRIP_WIDTH)
            pixels = np.uint64(rows * STRIP_WIDTH)
            for offset in range(pixels):
                k = first + np.uint64(offset)
                work[SHARE + k] = work[ALPHA_GRADIENT + k]
            for d in range(features.shape[2]):
                feature = features[c, i, d]
                plane = np.uint64((FEATURE_PLANES + d) * PLANE)
                for offset in range(pixels):
                    k = first + np.uint64(offset)
                    work[SHARE + k] += work[plane + k] * feature
            for offset in range(pixels):
                k = first + np.uint64(offset)
                dx, dy = work[COLUMN + k] - u, work[ROW + k] - v
                exponent = (xx * dx + xy * dy) * dx + (yy * dy * dy + constant)
                power = power_of_exponent(exponent)
                alpha = min(power, MOST_ALPHA) if exponent >= LEAST_EXPONENT else zero
                before = work[TRANSMITTANCE + k]
                weight = alpha * before
                after = before - weight
                unfinished = after > LEAST_TRANSMITTANCE
                weight = weight if unfinished else zero
                work[WEIGHT + k] = weight
                work[TRANSMITTANCE + k] = after if unfinished else -abs(before)
                share = work[SHARE + k]
                remainder = work[REMAINDER + k] - weight * share
                work[REMAINDER + k] = remainder
                # By log(alpha), which a bounded alpha no longer follows; weight / before is alpha where it counts.
                by_log = weight * share - remainder * alpha / (one - alpha)
                by_log = by_log if unfinished and power < MOST_ALPHA else zero
                by_1 += by_log
                by_x += by_log * dx
                by_y += by_log * dy
                by_xx += by_log * dx * dx
                by_xy += by_log * dx * dy
                by_yy += by_log * dy * dy
            for d in range(features.shape[2]):
                plane = np.uint64((FEATURE_PLANES + d) * PLANE)
                total = zero
                for offset in range(pixels):
                    k = first + np.uint64(offset)
                    total += work[WEIGHT + k] * work[plane + k]
                entries[c, j, MOMENTS + d] += total
        entries[c, j, BY_1], entries[c, j, BY_X], entries[c, j, BY_Y] = by_1, by_x, by_y
        entries[c, j, BY_XX], entries[c, j, BY_XY], entries[c, j, BY_YY] = by_xx, by_xy, by_yy
        if (j - begin) % SPLATS_PER_CHECK == SPLATS_PER_CHECK - 1:
            while first_live <= last_live and is_finished(work, first_live):
                first_live += 1
            while first_live <= last_live and is_finished(work, last_live):
                last_live -= 1
            if first_live > last_live:
                return


@njit(nogil=True, fastmath=FAST, error_model="numpy")
def gather_gradients(
    counter: Any,
    tile_begins: Any,
    tile_ends: Any,
    tile_splats: Any,
    entries: Any,
    conics: Any,
    opacities: Any,
    totals: Any,
    mean_gradients: Any,
    conic_gradients: Any,
    opacity_gradients: Any,
    feature_gradients: Any,
) -> None:
    """Add the entries of each splat up and turn moments into gradients; chunks are cameras.

    `totals` (C, N, 6) is scratch. The gradients have the shapes (C, N, 2), (C, N, 3), (C, N) and (C, N, D).
    """
    half = np.float32(0.5)
    while True:
        c = take_chunk(counter)
        if c >= totals.shape[0]:
            return
        totals[c] = 0
        feature_gradients[c] = 0
        for j in range(tile_ends[c, -1, -1]):
            i = tile_splats[c, j]
            for m in range(MOMENTS):
                totals[c, i, m] += entries[c, j, m]
            for d in range(feature_gradients.shape[2]):
                feature_gradients[c, i, d] += entries[c, j, MOMENTS + d]
        for i in range(totals.shape[1]):
            by_x, by_y = totals[c, i, BY_X], totals[c, i, BY_Y]
            xx, xy, yy = conics[c, i, 0], conics[c, i, 1], conics[c, i, 2]
            mean_gradients[c, i, 0] = xx * by_x + xy * by_y
            mean_gradients[c, i, 1] = xy * by_x + yy * by_y
            conic_gradients[c, i, 0] = -half * totals[c, i, BY_XX]
            conic_gradients[c, i, 1] = -totals[c, i, BY_XY]
            conic_gradients[c, i, 2] = -half * totals[c, i, BY_YY]
            opacity = opacities[c, i]
            opacity_gradients[c, i] = totals[c, i, BY_1] / opacity if opacity >= LEAST_ALPHA else np.float32(0)

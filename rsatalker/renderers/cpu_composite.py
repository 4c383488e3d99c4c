"""Splats over each other, nearest first: colour, alpha and depth of every pixel.

A tile of 16 x 16 pixels is drawn as two strips 8 wide, whose rows follow each other in memory: the part of a strip that
a splat covers is then one straight run of pixels, which the compiler turns into vector instructions. First the runs of
a few splats are found, then they are drawn: each of the two loops is foreseen better by the processor than both in one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rsatalker.kernels import njit
from rsatalker.renderers.cpu_project import (
    BLUE,
    BOX,
    CACHE_LINE,
    DEPTH,
    EXPONENT_SPLIT,
    FAST,
    FIRST_X,
    FIRST_Y,
    GREEN,
    HALF_HEIGHT,
    LAST_X,
    LAST_Y,
    LEAST_ALPHA,
    QUADRATIC_1,
    QUADRATIC_XX,
    QUADRATIC_XY,
    QUADRATIC_YY,
    RED,
    SLOPE,
    SPLAT_COLUMNS,
    U,
    V,
)
from rsatalker.renderers.cpu_sort import TILE, merge_lists
from rsatalker.renderers.worker_threads import fetch_ahead, take_chunk

MOST_ALPHA = np.float32(0.999)  # gsplat's bound; nothing is ever quite opaque
LEAST_TRANSMITTANCE = np.float32(1e-4)  # a pixel is finished before it would fall to this, as in gsplat
LEAST_EXPONENT = np.float32(np.log(1 / 255) / EXPONENT_SPLIT)  # LEAST_ALPHA in the units of a splat's quadratic form

# Minimax polynomial of exp on [log(1 / 255) / 8, 0]; after three squarings in float32 the relative error is 3e-6.
E0, E1, E2 = np.float32(0.999999925), np.float32(0.999992915), np.float32(0.499887251)
E3, E4, E5 = np.float32(0.165994219), np.float32(0.039808327), np.float32(0.00586879686)

STRIP_SHIFT = 3  # log2 of STRIP_WIDTH
STRIP_WIDTH = 8  # pixels; one AVX register of float32
STRIP_PIXELS = STRIP_WIDTH * TILE
STRIPS = TILE // STRIP_WIDTH
AHEAD = 8  # splats; they lie anywhere in memory, and by then one has come from there
SPLATS_PER_CHECK = 16  # that are drawn before a tile looks for strips that are finished

# Planes of a tile's working memory. They lie at fixed distances in one array, so that the compiler can prove that they
# do not overlap. Transmittance turns negative when a pixel is finished.
PLANE = STRIP_PIXELS * STRIPS
TRANSMITTANCE, RED_SUM, GREEN_SUM, BLUE_SUM, DEPTH_SUM, COLUMN, ROW = (np.uint64(p * PLANE) for p in range(7))
WORKING_FLOATS = 7 * PLANE

# Planes of the list of runs: which splat, where its pixels begin in a plane of the tile and how many they are.
RUNS = SPLATS_PER_CHECK * STRIPS + 1  # one more, for what is written over
RUN_SPLAT, RUN_FIRST, RUN_PIXELS = (np.uint64(p * RUNS) for p in range(3))


@njit(nogil=True, fastmath=FAST, error_model="numpy")
def composite_tiles(
    counter: Any,
    splats: Any,
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
    parts = tile_begins.shape[0] // splats.shape[0]
    merged = np.empty(0, np.int32)
    memory = np.empty(WORKING_FLOATS + CACHE_LINE // 4, np.float32)
    work = memory[-memory.ctypes.data % CACHE_LINE // 4 :]  # a row of a strip must not lie in two lines
    runs = np.empty(3 * RUNS, np.int32)
    _write_coordinates(work)
    while True:
        chunk = take_chunk(counter)
        if chunk >= tiles * splats.shape[0]:
            return
        c = chunk // tiles
        row = (chunk - c * tiles) // columns
        column = chunk - c * tiles - row * columns
        _clear_tile(work)
        if parts == 1:
            begin, end = tile_begins[c, row, column], tile_ends[c, row, column]
            _draw_tile(work, runs, c, splats, tile_splats[c], begin, end, column * TILE, row * TILE)
        else:
            length = 0
            for r in range(c * parts, (c + 1) * parts):
                length += tile_ends[r, row, column] - tile_begins[r, row, column]
            if length > merged.size:
                merged = np.empty(2 * length, np.int32)
            merge_lists(c, parts, row, column, splats, tile_begins, tile_ends, tile_splats, merged)
            _draw_tile(work, runs, c, splats, merged, 0, length, column * TILE, row * TILE)
        _write_tile(work, c, column * TILE, row * TILE, scale, rounding, colors, depths)


@njit(nogil=True, fastmath=FAST, error_model="numpy")
def _write_coordinates(work: Any) -> None:
    """Write every pixel centre's place in its tile."""
    for pixel in range(PLANE):
        k = np.uint64(pixel)
        work[COLUMN + k] = np.float32(pixel // STRIP_PIXELS * STRIP_WIDTH + pixel % STRIP_WIDTH) + np.float32(0.5)
        work[ROW + k] = np.float32(pixel % STRIP_PIXELS // STRIP_WIDTH) + np.float32(0.5)


@njit(nogil=True, fastmath=FAST, error_model="numpy")
def _clear_tile(work: Any) -> None:
    """Make the tile empty."""
    zero, one = np.float32(0), np.float32(1)
    for pixel in range(PLANE):
        k = np.uint64(pixel)
        work[TRANSMITTANCE + k] = one
        work[RED_SUM + k] = zero
        work[GREEN_SUM + k] = zero
        work[BLUE_SUM + k] = zero
        work[DEPTH_SUM + k] = zero


@njit(nogil=True, fastmath=FAST, error_model="numpy")
def power_of_exponent(exponent: Any) -> Any:
    """Return exp(8 exponent), 1 / 255 below that; numbers only, so that it becomes a part of the loop that calls it."""
    x = max(exponent, LEAST_EXPONENT)
    power = ((((E5 * x + E4) * x + E3) * x + E2) * x + E1) * x + E0
    power *= power
    power *= power
    power *= power
    return power


@njit(nogil=True, fastmath=FAST, error_model="numpy")
def _draw_tile(
    work: Any, runs: Any, c: int, splats: Any, listed: Any, begin: int, end: int, left: int, top: int
) -> None:
    """Add the splats `listed[begin:end]`, nearest first, until all pixels are finished."""
    first_live, last_live = 0, STRIPS - 1
    for first in range(begin, end, SPLATS_PER_CHECK):
        count = _find_runs(runs, first_live, last_live, c, splats, listed, first, end, left, top)
        _draw_runs(work, runs, count, c, splats, left, top)
        if first + SPLATS_PER_CHECK <= end:
            while first_live <= last_live and _is_finished(work, first_live):
                first_live += 1
            while first_live <= last_live and _is_finished(work, last_live):
                last_live -= 1
            if first_live > last_live:
                return


@njit(nogil=True, fastmath=FAST, error_model="numpy")
def _find_runs(
    runs: Any, first_live: int, last_live: int, c: int, splats: Any, listed: Any, begin: int, end: int, left: int,
    top: int,
) -> Any:  # fmt: skip
    """Write which pixels of the live strips the next splats cover, at most `SPLATS_PER_CHECK`; return how many runs.

    A run is one splat in one strip. All strips are looked at, and what is not covered is written over by the next run:
    a branch that nobody can foresee costs more.
    """
    half, zero, one, size = np.float32(0.5), np.float32(0), np.float32(1), np.float32(TILE)
    count = np.uint64(0)
    for j in range(begin, min(begin + SPLATS_PER_CHECK, end)):
        i = listed[j]
        if j + AHEAD < end:
            fetch_ahead(splats, (c * splats.shape[1] + np.int64(listed[j + AHEAD])) * SPLAT_COLUMNS)
        first_x, last_x = splats[c, i, BOX + FIRST_X] - np.float32(left), splats[c, i, BOX + LAST_X] - np.float32(left)
        first_y = max(splats[c, i, BOX + FIRST_Y] - np.float32(top), zero)
        last_y = min(splats[c, i, BOX + LAST_Y] - np.float32(top), size - one)
        u, v = splats[c, i, U] - np.float32(left), splats[c, i, V] - np.float32(top)
        slope, half_height = splats[c, i, SLOPE], splats[c, i, HALF_HEIGHT]
        for strip in range(STRIPS):
            strip_first = np.float32(strip * STRIP_WIDTH)
            strip_last = np.float32(strip * STRIP_WIDTH + STRIP_WIDTH - 1)
            at = slope * (max(strip_first, first_x) + half - u)
            to = slope * (min(strip_last, last_x) + half - u)
            # The bound comes first: were the other NaN, it would be the result, and never a row beside the tile.
            first_row = np.int32(min(size, max(first_y, v + min(at, to) - half_height + half)))
            last_row = np.int32(max(zero, min(last_y, v + max(at, to) + half_height - half)))
            runs[RUN_SPLAT + count] = i
            runs[RUN_FIRST + count] = strip * STRIP_PIXELS + first_row * STRIP_WIDTH
            runs[RUN_PIXELS + count] = (last_row - first_row + 1) * STRIP_WIDTH
            is_live = (strip >= first_live) & (strip <= last_live)
            count += np.uint64(is_live & (first_x <= strip_last) & (last_x >= strip_first) & (first_row <= last_row))
    return count


@njit(nogil=True, fastmath=FAST, error_model="numpy")
def _draw_runs(work: Any, runs: Any, count: Any, c: int, splats: Any, left: int, top: int) -> None:
    """Add runs of pixels, one over the other."""
    for run in range(count):
        i, first = runs[RUN_SPLAT + run], np.uint64(runs[RUN_FIRST + run])
        u, v = splats[c, i, U] - np.float32(left), splats[c, i, V] - np.float32(top)
        xx, xy, yy = splats[c, i, QUADRATIC_XX], splats[c, i, QUADRATIC_XY], splats[c, i, QUADRATIC_YY]
        constant = splats[c, i, QUADRATIC_1]
        red, green, blue, depth = splats[c, i, RED], splats[c, i, GREEN], splats[c, i, BLUE], splats[c, i, DEPTH]
        for offset in range(np.uint64(runs[RUN_PIXELS + run])):
            k = first + np.uint64(offset)  # unsigned: a signed index would be tested for wrap-around
            dx, dy = work[COLUMN + k] - u, work[ROW + k] - v
            exponent = (xx * dx + xy * dy) * dx + (yy * dy * dy + constant)
            power = power_of_exponent(exponent)
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
    live = np.uint32(0)  # a sum, because a maximum of floats is not computed in vectors
    first = np.uint64(strip * STRIP_PIXELS)
    for offset in range(np.uint64(STRIP_PIXELS)):
        live += np.uint32(work[TRANSMITTANCE + first + np.uint64(offset)] > 0)
    return live == 0


@njit(nogil=True, fastmath=FAST, error_model="numpy")
def _write_tile(work: Any, c: int, left: int, top: int, scale: Any, rounding: Any, colors: Any, depths: Any) -> None:
    """Copy the tile to where it lies in the images."""
    zero, one = np.float32(0), np.float32(1)
    for y in range(top, min(top + TILE, colors.shape[1])):
        for x in range(left, min(left + TILE, colors.shape[2])):
            strip, column = (x - left) >> STRIP_SHIFT, (x - left) & (STRIP_WIDTH - 1)
            k = np.uint64(strip * STRIP_PIXELS + (y - top) * STRIP_WIDTH + column)
            alpha = one - abs(work[TRANSMITTANCE + k])
            colors[c, y, x, 0] = min(max(work[RED_SUM + k], zero), one) * scale + rounding
            colors[c, y, x, 1] = min(max(work[GREEN_SUM + k], zero), one) * scale + rounding
            colors[c, y, x, 2] = min(max(work[BLUE_SUM + k], zero), one) * scale + rounding
            colors[c, y, x, 3] = alpha * scale + rounding
            depths[c, y, x] = work[DEPTH_SUM + k] / alpha if alpha > LEAST_ALPHA / 2 else zero

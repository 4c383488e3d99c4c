"""Depth order and tile lists: which splats a tile draws, nearest first."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from rsatalker.renderers.cpu_project import DEPTH, FIRST_X, FIRST_Y, LAST_X, LAST_Y
from rsatalker.renderers.worker_threads import take_chunk

TILE = 16  # pixels; gsplat's tile too
TILE_SHIFT = 4  # log2 of TILE
DIGIT_BITS = 11  # a histogram of 2048 counts stays in the first-level cache


@njit(nogil=True, cache=True, error_model="numpy")
def sort_by_depth(
    counter: Any,
    gaussians: int,
    depth_bits: Any,
    boxes: Any,
    keys: Any,
    order: Any,
    visible: Any,
    tile_begins: Any,
    totals: Any,
) -> None:
    """Order the visible splats of each camera by depth, nearest first, and count how many each tile draws.

    Depths are positive floats, whose bits sort like the numbers. Equal depths keep the input's order.

    Args:
        counter: Next camera to take.
        gaussians: How many of the N places are in use.
        depth_bits: The splats (C, N, 16), seen as uint32.
        boxes: (C, N, 4) int16, pixels.
        keys: (C, 2, N) uint32, scratch.
        order: (C, 2, N) int32; `order[c, 0, :visible[c]]` is a result.
        visible: (C,) int64, result.
        tile_begins: (C, rows, columns) int64, where the list of each tile begins, result.
        totals: (C,) int64, the length of all lists of a camera together, result.
    """
    while True:
        c = take_chunk(counter)
        if c >= boxes.shape[0]:
            return
        count = 0
        least = np.uint32(0xFFFFFFFF)
        most = np.uint32(0)
        for i in range(gaussians):
            if boxes[c, i, LAST_Y] >= boxes[c, i, FIRST_Y]:
                key = depth_bits[c, i, DEPTH]
                least, most = min(least, key), max(most, key)
                keys[c, 0, count] = key
                order[c, 0, count] = i
                count += 1
        visible[c] = count
        _radix_sort(keys[c], order[c], count, least, most)
        totals[c] = _count_tiles(boxes[c], order[c, 0], count, tile_begins[c])


@njit(nogil=True, cache=True, error_model="numpy")
def _radix_sort(keys: Any, order: Any, count: int, least: Any, most: Any) -> None:
    """Sort `order[0]` by `keys[0]`; only the digits in which keys differ cost a pass."""
    digits = np.empty(1 << DIGIT_BITS, np.int64)
    source = 0
    shift = 0
    while count > 0 and (np.int64(most) - np.int64(least)) >> shift:
        for d in range(len(digits)):
            digits[d] = 0
        for i in range(count):
            digits[((keys[source, i] - least) >> shift) & ((1 << DIGIT_BITS) - 1)] += 1
        begin = 0
        for d in range(len(digits)):
            begin, digits[d] = begin + digits[d], begin
        for i in range(count):
            d = ((keys[source, i] - least) >> shift) & ((1 << DIGIT_BITS) - 1)
            keys[1 - source, digits[d]] = keys[source, i]
            order[1 - source, digits[d]] = order[source, i]
            digits[d] += 1
        source = 1 - source
        shift += DIGIT_BITS
    if source:
        for i in range(count):
            order[0, i] = order[1, i]


@njit(nogil=True, cache=True, error_model="numpy")
def _count_tiles(boxes: Any, order: Any, count: int, begins: Any) -> int:
    """Write where the list of each tile begins, if lists follow each other; return the sum of their lengths."""
    for row in range(begins.shape[0]):
        for column in range(begins.shape[1]):
            begins[row, column] = 0
    for j in range(count):
        i = order[j]
        for row in range(boxes[i, FIRST_Y] >> TILE_SHIFT, (boxes[i, LAST_Y] >> TILE_SHIFT) + 1):
            for column in range(boxes[i, FIRST_X] >> TILE_SHIFT, (boxes[i, LAST_X] >> TILE_SHIFT) + 1):
                begins[row, column] += 1
    total = 0
    for row in range(begins.shape[0]):
        for column in range(begins.shape[1]):
            total, begins[row, column] = total + begins[row, column], total
    return total


@njit(nogil=True, cache=True, error_model="numpy")
def fill_tile_lists(
    counter: Any, boxes: Any, order: Any, visible: Any, tile_begins: Any, tile_ends: Any, tile_splats: Any
) -> None:
    """Write the splats of every tile, nearest first, into `tile_splats` (C, L), and where each list ends."""
    while True:
        c = take_chunk(counter)
        if c >= boxes.shape[0]:
            return
        _fill_lists(boxes[c], order[c, 0], visible[c], tile_begins[c], tile_ends[c], tile_splats[c])


@njit(nogil=True, cache=True, error_model="numpy")
def _fill_lists(boxes: Any, order: Any, count: int, begins: Any, ends: Any, lists: Any) -> None:
    for row in range(begins.shape[0]):
        for column in range(begins.shape[1]):
            ends[row, column] = begins[row, column]
    for j in range(count):
        i = order[j]
        for row in range(boxes[i, FIRST_Y] >> TILE_SHIFT, (boxes[i, LAST_Y] >> TILE_SHIFT) + 1):
            for column in range(boxes[i, FIRST_X] >> TILE_SHIFT, (boxes[i, LAST_X] >> TILE_SHIFT) + 1):
                lists[ends[row, column]] = i
                ends[row, column] += 1

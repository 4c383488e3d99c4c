"""Depth order and tile lists: which splats a tile draws, nearest first.

A camera's splats can be cut into parts that are sorted and listed side by side; the compositor then merges the parts'
lists of a tile. With P parts, row c P + p of an array is part p of camera c.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rsatalker.kernels import njit
from rsatalker.renderers.cpu_project import DEPTH, FIRST_X, FIRST_Y, LAST_X, LAST_Y
from rsatalker.renderers.worker_threads import fetch_ahead, take_chunk

TILE = 16  # pixels; gsplat's tile too
TILE_SHIFT = 4  # log2 of TILE
AHEAD = 16  # splats; their boxes lie anywhere, and by then one has come from the memory
DIGIT_BITS = 12  # two digits for depths within a factor of two; a histogram of 4096 counts stays in the nearest cache


@njit(nogil=True, error_model="numpy")
def sort_by_depth(
    counter: Any,
    gaussians: int,
    parts: int,
    depth_bits: Any,
    boxes: Any,
    keys: Any,
    order: Any,
    visible: Any,
    tile_begins: Any,
    totals: Any,
) -> None:
    """Order the visible splats of each part by depth, nearest first, and count how many each tile draws.

    Depths are positive floats, whose bits sort like the numbers. Equal depths keep the input's order.

    Args:
        counter: Next part to take.
        gaussians: How many of the N places are in use.
        parts: P, into how many each camera's splats are cut.
        depth_bits: The splats (C, N, 16), seen as uint32.
        boxes: (C, N, 4) int16, pixels.
        keys: (C P, 2, N / P) uint32, scratch.
        order: (C P, 2, N / P) int32; `order[r, 0, :visible[r]]` is a result.
        visible: (C P,) int64, result.
        tile_begins: (C P, rows, columns) int64, where the list of each tile begins, result.
        totals: (C P,) int64, the length of all lists of a part together, result.
    """
    while True:
        r = take_chunk(counter)
        if r >= boxes.shape[0] * parts:
            return
        c = r // parts
        part = r - c * parts
        count = 0
        least = np.uint32(0xFFFFFFFF)
        most = np.uint32(0)
        _clear_tiles(tile_begins[r])
        for i in range(gaussians * part // parts, gaussians * (part + 1) // parts):
            if boxes[c, i, LAST_Y] >= boxes[c, i, FIRST_Y]:
                key = depth_bits[c, i, DEPTH]
                least, most = min(least, key), max(most, key)
                keys[r, 0, count] = key
                order[r, 0, count] = i
                count += 1
                for row in range(boxes[c, i, FIRST_Y] >> TILE_SHIFT, (boxes[c, i, LAST_Y] >> TILE_SHIFT) + 1):
                    for column in range(boxes[c, i, FIRST_X] >> TILE_SHIFT, (boxes[c, i, LAST_X] >> TILE_SHIFT) + 1):
                        tile_begins[r, row, column] += 1
        visible[r] = count
        _radix_sort(keys[r], order[r], count, least, most)
        totals[r] = _add_up(tile_begins[r])


@njit(nogil=True, error_model="numpy")
def _radix_sort(keys: Any, order: Any, count: int, least: Any, most: Any) -> None:
    """Sort `order[0]` by `keys[0]`; only the digits in which keys differ cost a pass."""
    digits = np.empty(1 << DIGIT_BITS, np.int32)
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


@njit(nogil=True, error_model="numpy")
def _clear_tiles(counts: Any) -> None:
    for row in range(counts.shape[0]):
        for column in range(counts.shape[1]):
            counts[row, column] = 0


@njit(nogil=True, error_model="numpy")
def _add_up(begins: Any) -> int:
    """Turn the lengths of the tiles' lists into where each begins if they follow each other; return their sum."""
    total = 0
    for row in range(begins.shape[0]):
        for column in range(begins.shape[1]):
            total, begins[row, column] = total + begins[row, column], total
    return total


@njit(nogil=True, error_model="numpy")
def fill_tile_lists(
    counter: Any, boxes: Any, order: Any, visible: Any, tile_begins: Any, tile_ends: Any, tile_splats: Any
) -> None:
    """Write the splats of every tile, nearest first, into `tile_splats` (C P, L), and where each list ends."""
    parts = max(order.shape[0] // max(boxes.shape[0], 1), 1)
    while True:
        r = take_chunk(counter)
        if r >= order.shape[0]:
            return
        _fill_lists(boxes[r // parts], order[r, 0], visible[r], tile_begins[r], tile_ends[r], tile_splats[r])


@njit(nogil=True, error_model="numpy")
def _fill_lists(boxes: Any, order: Any, count: int, begins: Any, ends: Any, lists: Any) -> None:
    for row in range(begins.shape[0]):
        for column in range(begins.shape[1]):
            ends[row, column] = begins[row, column]
    for j in range(count):
        i = order[j]
        if j + AHEAD < count:
            fetch_ahead(boxes, np.int64(order[j + AHEAD]) * boxes.shape[1])
        for row in range(boxes[i, FIRST_Y] >> TILE_SHIFT, (boxes[i, LAST_Y] >> TILE_SHIFT) + 1):
            for column in range(boxes[i, FIRST_X] >> TILE_SHIFT, (boxes[i, LAST_X] >> TILE_SHIFT) + 1):
                lists[ends[row, column]] = i
                ends[row, column] += 1


@njit(nogil=True, error_model="numpy")
def merge_lists(
    c: int,
    parts: int,
    row: int,
    column: int,
    splats: Any,
    tile_begins: Any,
    tile_ends: Any,
    tile_splats: Any,
    merged: Any,
) -> int:
    """Write the splats of a tile from all parts of camera c, nearest first, into `merged`; return how many they are.

    Of equal depths the earlier part comes first, as if all had been sorted at once.
    """
    cursors = np.empty(parts, np.int64)
    for part in range(parts):
        cursors[part] = tile_begins[c * parts + part, row, column]
    count = 0
    while True:
        nearest, depth = -1, np.float32(np.inf)
        for part in range(parts):
            r = c * parts + part
            if cursors[part] < tile_ends[r, row, column]:
                found = splats[c, tile_splats[r, cursors[part]], DEPTH]
                if nearest < 0 or found < depth:
                    nearest, depth = part, found
        if nearest < 0:
            return count
        merged[count] = tile_splats[c * parts + nearest, cursors[nearest]]
        cursors[nearest] += 1
        count += 1

"""Triangles into pixels, for the reference compositor: perspective-correct, with a depth buffer, top row first."""

from __future__ import annotations

import numpy as np

from rsatalker.kernels import njit

INSIDE = -1e-9  # barycentric: neighbours share their edge without a gap


@njit()
def fill_triangles(corners: np.ndarray, triangles: np.ndarray, near: float, maps: np.ndarray) -> None:
    """Write u, v and depth of the nearest triangle into each pixel whose centre it covers.

    Args:
        corners: (N, 5): column and row on the screen, depth in metres, and u and v.
        triangles: (T, 3) indices.
        near: Triangles with a corner nearer than this are left out, metres.
        maps: (3, H, W), NaN: receives u, v and depth.
    """
    _, height, width = maps.shape
    for t in range(len(triangles)):
        a, b, c = corners[triangles[t, 0]], corners[triangles[t, 1]], corners[triangles[t, 2]]
        if min(a[2], b[2], c[2]) < near:
            continue
        area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
        if area == 0:
            continue
        first_row = max(int(np.floor(min(a[1], b[1], c[1]) - 0.5)), 0)
        last_row = min(int(np.ceil(max(a[1], b[1], c[1]))), height - 1)
        first_column = max(int(np.floor(min(a[0], b[0], c[0]) - 0.5)), 0)
        last_column = min(int(np.ceil(max(a[0], b[0], c[0]))), width - 1)
        for row in range(first_row, last_row + 1):
            y = row + 0.5
            for column in range(first_column, last_column + 1):
                x = column + 0.5
                wb = ((x - a[0]) * (c[1] - a[1]) - (y - a[1]) * (c[0] - a[0])) / area
                wc = ((b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0])) / area
                wa = 1 - wb - wc
                if wa < INSIDE or wb < INSIDE or wc < INSIDE:
                    continue
                wa, wb, wc = wa / a[2], wb / b[2], wc / c[2]
                depth = 1 / (wa + wb + wc)
                if maps[2, row, column] <= depth:  # never for NaN
                    continue
                maps[0, row, column] = (wa * a[3] + wb * b[3] + wc * c[3]) * depth
                maps[1, row, column] = (wa * a[4] + wb * b[4] + wc * c[4]) * depth
                maps[2, row, column] = depth

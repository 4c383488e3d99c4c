"""Light that reaches the vertices in one frame, compiled.

The inner loops run over neighbouring vertices, so that the compiler makes vector instructions of them: that is why
baked light is stored with its vertices last. The kernels release the GIL and work on a range.
"""

# pyright: reportMissingParameterType=none, reportUnknownParameterType=none

from __future__ import annotations

import numpy as np
from numba import njit

from rsatalker.avatars.shading import ONE, ZERO, F, probe_light

LAMPS = 3  # the key light and two peaks of the probe
VERTEX_LIGHT = 7  # columns: probe visibility r g b, key visibility red, then visibility of each lamp
BLOCK = 512  # vertices at a time: their sums stay in the fastest cache


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def _add(total, weight, values):
    for i in range(len(total)):
        total[i] += weight * F(values[i])


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def _add_shared(total, shares, values):
    for i in range(len(total)):
        total[i] += shares[i] * values[i]


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def _to_share_of_full(reached, normals, bands, channel):
    """Divide light that reaches vertices by what would reach them in the open."""
    least = F(0.15) * F(0.282095) * bands[channel, 0] + F(1e-6)
    x, y, z = normals[0], normals[1], normals[2]
    for i in range(len(reached)):
        full = max(probe_light(bands, channel, x[i], y[i], z[i]), least)
        reached[i] = min(F(1.1), max(F(0.02), reached[i] / full))


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def light_vertices(
    start, stop, transfer, normals_at_rest, visible_red, visible, follows_skull, dimming,
    bands, skin_bands, lamp_cells, lamp_weights, out,
):  # fmt: skip
    """Write how much of the light reaches vertices start to stop.

    Args:
        start: First vertex.
        stop: End of the range.
        transfer: (3, 9, V) baked transfer of the probe, red blurred furthest.
        normals_at_rest: (3, V).
        visible_red: (D, V) 0-255, visibility of D directions, blurred as far as red light spreads.
        visible: (D, V) likewise, blurred little.
        follows_skull: (V,) 1 moves with the skull, 0 with the torso.
        dimming: (V,) factor for what expressions cover.
        bands: (2, 3, 9) the probe seen from torso and skull.
        skin_bands: (2, 3, 9) the same, convolved with the diffuse kernel.
        lamp_cells: (2, LAMPS, C) directions around each lamp, for torso and skull.
        lamp_weights: (2, LAMPS, C) their weights, sum 1/255.
        out: (V, VERTEX_LIGHT).
    """
    totals = np.empty((VERTEX_LIGHT, BLOCK), np.float32)
    one_sum, share_block = np.empty(BLOCK, np.float32), np.empty(BLOCK, np.float32)
    for first in range(start, stop, BLOCK):
        last = min(stop, first + BLOCK)
        reached, shares = one_sum[: last - first], share_block[: last - first]
        totals[:] = ZERO
        for part in range(2):
            for i in range(last - first):
                shares[i] = follows_skull[first + i] if part == 1 else ONE - follows_skull[first + i]
            if shares.max() < F(0.02):
                continue
            for channel in range(3):
                reached[:] = ZERO
                for k in range(9):
                    _add(reached, bands[part, channel, k], transfer[channel, k, first:last])
                _to_share_of_full(reached, normals_at_rest[:, first:last], skin_bands[part], channel)
                _add_shared(totals[channel, : last - first], shares, reached)
            for column in range(3, VERTEX_LIGHT):
                lamp = max(0, column - 4)
                reached[:] = ZERO
                for cell in range(lamp_cells.shape[2]):
                    source = visible_red if column == 3 else visible
                    _add(reached, lamp_weights[part, lamp, cell], source[lamp_cells[part, lamp, cell], first:last])
                _add_shared(totals[column, : last - first], shares, reached)
        for i in range(last - first):
            for column in range(VERTEX_LIGHT):
                out[first + i, column] = totals[column, i] * dimming[first + i]


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def blend_light(vertices, light, share, out):
    """Move the light of the given vertices towards another, which is held to 1 at most.

    Args:
        vertices: (M,) ids.
        light: (M, VERTEX_LIGHT) their other light.
        share: How far to go, 0 to 1.
        out: (V, VERTEX_LIGHT).
    """
    for i in range(len(vertices)):
        vertex = vertices[i]
        for column in range(VERTEX_LIGHT):
            out[vertex, column] += share * (min(ONE, light[i, column]) - out[vertex, column])


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def dim_vertices(weights, starts, vertices, changes, carries_light, out):
    """Write the factor on each vertex' light that its folds leave; 0 where no Gaussian takes light from it.

    Args:
        weights: (E,) of the expressions, then of the jaw.
        starts: (E + 1,) where each expression's entries start.
        vertices: (K,) of the entries.
        changes: (K,) light gained or lost at weight 1.
        carries_light: (V,) 0 or 1.
        out: (V,).
    """
    out[:] = ONE
    for expression in range(len(weights)):
        weight = weights[expression]
        if weight != ZERO:
            for entry in range(starts[expression], starts[expression + 1]):
                out[vertices[entry]] += weight * changes[entry]
    for vertex in range(len(out)):
        out[vertex] = min(F(1.3), max(F(0.25), out[vertex])) * carries_light[vertex]

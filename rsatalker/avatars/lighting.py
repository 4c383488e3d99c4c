"""Light that reaches the vertices in one frame, compiled.

The inner loops run over neighbouring vertices, so that the compiler makes vector instructions of them: that is why
baked light is stored with its vertices last. The kernels release the GIL and work on a range.
"""

# pyright: reportMissingParameterType=none, reportUnknownParameterType=none

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int, Int16, Int32, UInt8

from rsatalker.avatars.baked_light import BakedLight
from rsatalker.avatars.shading import ONE, ZERO, F, probe_light
from rsatalker.kernels import njit

LAMPS = 3  # the key light and two peaks of the probe
CELLS = 14  # baked directions around a lamp that make its soft shadow: those within about 30 degrees; 2 times 7
VERTEX_LIGHT = 7  # columns: probe visibility r g b, key visibility red, then visibility of each lamp
BLOCK = 512  # vertices at a time: their sums stay in the fastest cache
LARGEST_STEP = 32767
CONSTANT_PROBE = F(2 * math.sqrt(math.pi))  # first coefficient of a probe whose radiance is 1 everywhere


@dataclass(frozen=True, slots=True)
class LitVertices:
    """Baked light of M vertices that give some to Gaussians, in as few bytes as it takes.

    Attributes:
        vertices: Which ones.
        transfer: `BakedLight.transfer` in 16 bit steps.
        transfer_steps: Their sizes.
        visible_red: As baked.
        visible: As baked.
        normals: In the pose that it is baked for.
        follows_skull: 1 moves with the skull, 0 with the torso.
    """

    vertices: Int32[np.ndarray, " M"]
    transfer: Int16[np.ndarray, "3 9 M"]
    transfer_steps: Float32[np.ndarray, "3 9"]
    visible_red: UInt8[np.ndarray, "D M"]
    visible: UInt8[np.ndarray, "D M"]
    normals: Float32[np.ndarray, "3 M"]
    follows_skull: Float32[np.ndarray, " M"]

    def __len__(self) -> int:
        return len(self.vertices)


def lit_vertices(
    baked: BakedLight,
    vertices: Int[np.ndarray, " V"],
    chosen: np.ndarray,
    follows_skull: Float32[np.ndarray, " W"],
) -> LitVertices:
    """Return the baked light of those of its vertices that are chosen.

    Args:
        baked: Of some vertices.
        vertices: Their ids.
        chosen: (V,) which of them.
        follows_skull: Of all vertices of the avatar.
    """
    kept, ids = baked[np.flatnonzero(chosen)], np.ascontiguousarray(vertices[chosen], np.int32)
    steps = np.maximum(np.abs(kept.transfer).max(2, initial=0), 1e-9) / LARGEST_STEP
    return LitVertices(
        vertices=ids,
        transfer=np.round(kept.transfer / steps[..., None]).astype(np.int16),
        transfer_steps=steps.astype(np.float32),
        visible_red=kept.visible_red,
        visible=kept.visible,
        normals=kept.normals,
        follows_skull=follows_skull[ids],
    )


@njit(nogil=True, fastmath=True, error_model="numpy")
def _sum_probe(channel, first, count, weights, steps, transfer, total):
    """Write the sum of the probe's nine terms; `first` is unsigned, which spares a look at each index' sign."""
    for k in range(0, 9, 3):
        a, b, c = (
            weights[channel, k] * steps[channel, k],
            weights[channel, k + 1] * steps[channel, k + 1],
            weights[channel, k + 2] * steps[channel, k + 2],
        )
        for i in range(count):
            place = first + np.uint64(i)
            value = (
                a * F(transfer[channel, k, place])
                + b * F(transfer[channel, k + 1, place])
                + c * F(transfer[channel, k + 2, place])
            )
            total[i] = value if k == 0 else total[i] + value


@njit(nogil=True, fastmath=True, error_model="numpy")
def _add_bounce(channel, first, count, radiance, steps, transfer, total):
    """Add light from where the head hides the scene: there a vertex sees skin, so that its shadows are warm.

    That skin is taken to be as open to the scene as the vertex is: no light bounces where none comes in.
    """
    open_part = steps[channel, 0] * CONSTANT_PROBE  # to the share of an even scene's light that arrives
    for i in range(count):
        seen = min(ONE, max(ZERO, open_part * F(transfer[channel, 0, first + np.uint64(i)])))
        total[i] += radiance * seen * (ONE - seen)


@njit(nogil=True, fastmath=True, error_model="numpy")
def _sum_lamp(first, count, cells, weights, visible, total):
    """Write the visibility of a lamp: a weighted sum over the directions around it."""
    for k in range(0, CELLS, 7):  # seven at a time stay in registers
        a, b, c, d, e, f, g = (
            cells[k], cells[k + 1], cells[k + 2], cells[k + 3], cells[k + 4], cells[k + 5], cells[k + 6]
        )  # fmt: skip
        wa, wb, wc, wd, we, wf, wg = (
            weights[k], weights[k + 1], weights[k + 2], weights[k + 3], weights[k + 4], weights[k + 5], weights[k + 6]
        )  # fmt: skip
        for i in range(count):
            place = first + np.uint64(i)
            value = (
                wa * F(visible[a, place])
                + wb * F(visible[b, place])
                + wc * F(visible[c, place])
                + wd * F(visible[d, place])
                + we * F(visible[e, place])
                + wf * F(visible[f, place])
                + wg * F(visible[g, place])
            )
            total[i] = value if k == 0 else total[i] + value


@njit(nogil=True, fastmath=True, error_model="numpy")
def _to_share_of_full(channel, first, count, normals, bands, reached):
    """Divide light that reaches vertices by what would reach them in the open."""
    least = F(0.15) * F(0.282095) * bands[channel, 0] + F(1e-6)
    for i in range(count):
        place = first + np.uint64(i)
        full = max(probe_light(bands, channel, normals[0, place], normals[1, place], normals[2, place]), least)
        reached[i] = min(F(1.1), max(F(0.02), reached[i] / full))


@njit(nogil=True, fastmath=True, error_model="numpy")
def light_vertices(
    start, stop, vertices, transfer, transfer_steps, visible_red, visible, normals, follows_skull, dimming,
    bands, skin_bands, bounce, lamp_cells, lamp_weights, share, most, out,
):  # fmt: skip
    """Move the light of some vertices towards how much of the scene's light reaches them.

    Args:
        start: First of the M vertices.
        stop: End of the range.
        vertices: `LitVertices.vertices`; so are the next six.
        transfer: (3, 9, M)
        transfer_steps: (3, 9)
        visible_red: (D, M)
        visible: (D, M)
        normals: (3, M)
        follows_skull: (M,)
        dimming: (V,) factor for what expressions cover.
        bands: (2, 3, 9) the probe seen from torso and skull.
        skin_bands: (2, 3, 9) the same, convolved with the diffuse kernel.
        bounce: (3,) radiance of what hides the rest of the scene: the head's own skin, lit.
        lamp_cells: (2, LAMPS, CELLS) directions around each lamp, for torso and skull.
        lamp_weights: (2, LAMPS, CELLS) their weights, sum 1/255.
        share: How far to go, 0 to 1.
        most: Their light is held to this.
        out: (V, VERTEX_LIGHT).
    """
    totals = np.empty((VERTEX_LIGHT, BLOCK), np.float32)
    reached, shares = np.empty(BLOCK, np.float32), np.empty(BLOCK, np.float32)
    for block in range(start, stop, BLOCK):
        first, count = np.uint64(block), min(stop - block, BLOCK)
        totals[:] = ZERO
        for part in range(2):
            largest = ZERO
            for i in range(count):
                follows = follows_skull[first + np.uint64(i)]
                shares[i] = follows if part == 1 else ONE - follows
                largest = max(largest, shares[i])
            if largest < F(0.02):
                continue
            for column in range(VERTEX_LIGHT):
                if column < 3:
                    _sum_probe(column, first, count, bands[part], transfer_steps, transfer, reached)
                    _add_bounce(column, first, count, bounce[column], transfer_steps, transfer, reached)
                    _to_share_of_full(column, first, count, normals, skin_bands[part], reached)
                else:
                    lamp = max(0, column - 4)
                    source = visible_red if column == 3 else visible
                    _sum_lamp(first, count, lamp_cells[part, lamp], lamp_weights[part, lamp], source, reached)
                for i in range(count):
                    totals[column, i] += shares[i] * reached[i]
        for i in range(count):
            vertex = np.uint64(vertices[first + np.uint64(i)])
            factor = share * dimming[vertex]
            for column in range(VERTEX_LIGHT):
                light = min(share * most, factor * totals[column, i])
                out[vertex, column] = light + (ONE - share) * out[vertex, column]


@njit(nogil=True, fastmath=True, error_model="numpy")
def dim_vertices(weights, starts, vertices, changes, out):
    """Write the factor on each vertex' light that its folds leave.

    Args:
        weights: (E,) of the expressions, then of the jaw.
        starts: (E + 1,) where each expression's entries start.
        vertices: (K,) of the entries.
        changes: (K,) light gained or lost at weight 1.
        out: (V,).
    """
    out[:] = ONE
    for expression in range(len(weights)):
        weight = weights[expression]
        if weight != ZERO:
            for entry in range(starts[expression], starts[expression + 1]):
                out[vertices[entry]] += weight * changes[entry]
    for vertex in range(len(out)):
        out[vertex] = min(F(1.3), max(F(0.25), out[vertex]))


@njit(nogil=True, error_model="numpy")
def light_eye(vertex_light, ring, out):
    """Write what reaches an eye: lamps as on the skin around it, the probe unhindered but for the lids.

    Args:
        vertex_light: (V, VERTEX_LIGHT) from `light_vertices`.
        ring: (A,) vertices around the eye.
        out: (VERTEX_LIGHT,).
    """
    for column in range(VERTEX_LIGHT):
        total = ZERO
        for vertex in ring:
            total += vertex_light[vertex, column]
        # the sockets' own shade is the lids' shadow already
        out[column] = ONE if column < 3 else min(ONE, total / F(0.75 * len(ring)))

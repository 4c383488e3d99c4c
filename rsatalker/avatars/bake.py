"""Light that is computed once: what every vertex and strand can see, so that any light can be put on later.

Precomputed radiance transfer (Sloan et al., SIGGRAPH 2002) of order 2 for the probe; for lamps, visibility of many
directions, from which a soft shadow is summed per frame. Both are blurred over the mesh, red the furthest: the eye
reads that as light under skin.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float32, Int, UInt8
from scipy.sparse import coo_matrix, csr_matrix, diags

from rsatalker.avatars.baked_light import DIRECTIONS, WRAP, BakedLight, directions
from rsatalker.avatars.spherical_harmonics import basis, wrapped_cosine
from rsatalker.avatars.visibility import FREE, PAST_MESH, PAST_POINTS, visibility

BLUR_STEPS = (6, 2, 1)  # passes over the mesh for red, green, blue
LAMP_BLUR_STEPS = (5, 3)  # red, other
HAIR_BLUR_STEPS = 16  # for shadows of hair: strands are spread apart, their shadows on the skin are soft
GAINED_BY_SPREAD, LOST_BY_SPREAD = np.float32(0.07), np.float32(0.05)  # visibility that blurring may add or take
STRAND_SPREAD = 0.2  # share of light that reaches a strand from behind
SURFACE_BIAS_M, STRAND_BIAS_M = 0.0016, 0.0055
LIFT_M = 0.0002  # receivers start this far off the surface


def neighbour_average(quads: Int[np.ndarray, "Q 4"], vertex_count: int) -> csr_matrix:
    """Return the matrix that averages each vertex' neighbours along edges; vertices without any keep their value."""
    edges = np.concatenate([quads[:, [0, 1]], quads[:, [1, 2]], quads[:, [2, 3]], quads[:, [3, 0]]])
    edges = np.concatenate([edges, edges[:, ::-1]])
    alone = np.setdiff1d(np.arange(vertex_count), edges[:, 0])
    edges = np.concatenate([edges, np.stack([alone, alone], 1)])
    ones = np.ones(len(edges), np.float32)
    matrix = coo_matrix((ones, (edges[:, 0], edges[:, 1])), (vertex_count, vertex_count)).tocsr()
    matrix.data[:] = 1
    return diags(1 / np.asarray(matrix.sum(1)).ravel().astype(np.float32)) @ matrix


def bake_surface(
    vertices: Float32[np.ndarray, "V 3"],
    quads: Int[np.ndarray, "Q 4"],
    normals: Float32[np.ndarray, "V 3"],
    strands: Float32[np.ndarray, "P 3"],
    resolution: int,
) -> BakedLight:
    """Return what the vertices see past the mesh and the strands."""
    towards = directions()
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32)
    seen = visibility(
        vertices, triangles, strands, vertices + normals * np.float32(LIFT_M), normals, towards,
        resolution=resolution, bias_m=SURFACE_BIAS_M, point_bias_m=STRAND_BIAS_M,
    )  # fmt: skip
    average = neighbour_average(quads, len(vertices))
    past_mesh = ((seen & PAST_MESH) > 0).astype(np.float32)
    past_hair = _blurred(((seen & PAST_POINTS) > 0).astype(np.float32), average, HAIR_BLUR_STEPS)
    sharp = _blurred(past_mesh, average, LAMP_BLUR_STEPS[1])
    cosine = normals @ towards.T
    harmonics = (basis(towards) * 4 / DIRECTIONS).astype(np.float32)
    transfer = np.empty((3, 9, len(vertices)), np.float32)
    for channel, (wrap, steps) in enumerate(zip(WRAP, BLUR_STEPS, strict=True)):
        # the cosine is that of the vertex itself: only the visibility is blurred, so that forms stay crisp
        reached = _near(_blurred(past_mesh, average, steps), sharp) * past_hair
        transfer[channel] = ((wrapped_cosine(cosine, wrap).astype(np.float32) * reached) @ harmonics).T
    red = _near(_blurred(sharp, average, LAMP_BLUR_STEPS[0] - LAMP_BLUR_STEPS[1]), sharp)
    red, other = (_bytes(values * past_hair) for values in (red, sharp))
    return BakedLight(transfer, red, other, np.ascontiguousarray(normals.T))


def _bytes(values: Float32[np.ndarray, "V D"]) -> UInt8[np.ndarray, "D V"]:
    return np.ascontiguousarray(np.round(values * 255).astype(np.uint8).T)


def _near(spread: Float32[np.ndarray, "V D"], sharp: Float32[np.ndarray, "V D"]) -> Float32[np.ndarray, "V D"]:
    """Return spread light held near the sharp one: where the mesh is coarse it would turn hairlines red, rims teal."""
    return np.clip(spread, sharp - LOST_BY_SPREAD, sharp + GAINED_BY_SPREAD)


def _blurred(values: Float32[np.ndarray, "V D"], average: csr_matrix, steps: int) -> Float32[np.ndarray, "V D"]:
    for _ in range(steps):
        values = np.float32(0.45) * values + np.float32(0.55) * (average @ values)
    return values


def bake_strands(
    vertices: Float32[np.ndarray, "V 3"],
    quads: Int[np.ndarray, "Q 4"],
    strands: Float32[np.ndarray, "P 3"],
    outward: Float32[np.ndarray, "P 3"],
    average_over: Callable[[np.ndarray], np.ndarray],
    resolution: int,
) -> tuple[Float32[np.ndarray, " P"], Float32[np.ndarray, "P 3"]]:
    """Return how open each strand is to light, and the vector to add for light from a direction.

    Openness in a direction d is the first plus the second times d: the visibility to first order.
    """
    towards = directions()
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32)
    seen = visibility(
        vertices, triangles, strands, strands, outward, towards,
        resolution=resolution, bias_m=0.005, point_bias_m=0.005,
    )  # fmt: skip
    seen = average_over((seen == FREE).astype(np.float32))
    weight = np.maximum(outward @ towards.T, 0) * (1 - STRAND_SPREAD) + STRAND_SPREAD
    mean = (seen * weight).sum(1) / weight.sum(1)
    linear = (seen - seen.mean(1, keepdims=True)) @ towards * np.float32(3 / DIRECTIONS)
    openness = np.clip(0.19 + 0.94 * mean**1.15, 0, 1.05)  # light is scattered into the depth of hair, too
    return openness.astype(np.float32), linear.astype(np.float32)

"""Bound Gaussians as the compiled posing wants them: in blocks of one material, each property a plane of its own.

A plane holds one number for each Gaussian of a block, so that a loop over a block becomes vector instructions; all
planes of a block lie together at constant distances, so that the compiler need not ask whether they overlap. The last
block of a material is filled up with its first one, which is worked out again but not written.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Int, Int32

BLOCK = 128  # Gaussians at a time: what is known of them and what is worked out stays in the fastest cache

MORTON_BITS = 8  # a head of 50 cm in steps of 2 mm

# Planes of what is known of a Gaussian, as in `binding.BOUND`. Names are where a plane starts.
(
    CENTER_X, CENTER_Y, CENTER_Z,
    FACTOR_XX, FACTOR_XY, FACTOR_XZ, FACTOR_YX, FACTOR_YY, FACTOR_YZ, FACTOR_ZX, FACTOR_ZY, FACTOR_ZZ,
    DIRECTION_X, DIRECTION_Y, DIRECTION_Z, BEND_X, BEND_Y, BEND_Z, ALBEDO_RED, ALBEDO_GREEN, ALBEDO_BLUE,
    OPACITY, SPECULAR, ROUGHNESS, OCCLUSION, SUBSURFACE, SHEEN, CULLED,
    CORNER_WEIGHTS, _SECOND, _THIRD, _FOURTH,  # shares of the quad's corners in the smooth normal and the light
    PLANES_END,
) = range(0, 33 * BLOCK, BLOCK)  # fmt: skip

# Planes of what a frame works out for each Gaussian of a block.
(
    FRAME_XX, FRAME_XY, FRAME_XZ, FRAME_YX, FRAME_YY, FRAME_YZ, FRAME_ZX, FRAME_ZY, FRAME_ZZ,
    X, Y, Z, COVARIANCE_XX, COVARIANCE_XY, COVARIANCE_XZ, COVARIANCE_YY, COVARIANCE_YZ, COVARIANCE_ZZ,
    VIEW_X, VIEW_Y, VIEW_Z, ALONG_X, ALONG_Y, ALONG_Z, NORMAL_X, NORMAL_Y, NORMAL_Z, FACING, SHOWN,
    REACH_RED, REACH_GREEN, REACH_BLUE, REACH_KEY_RED, REACH_KEY, REACH_SECOND, REACH_THIRD,  # as in `light_vertices`
    RED, GREEN, BLUE,
    WORKED_OUT_END,
) = range(0, 40 * BLOCK, BLOCK)  # fmt: skip


@dataclass(frozen=True, slots=True)
class GaussianBlocks:
    """B blocks of Gaussians; a block's are neighbours in `bound`, of one material, and all on triangles or all not.

    Attributes:
        firsts: Index of each block's first Gaussian in `bound`.
        counts: How many it has, at most `BLOCK`.
        materials: Of each block.
        planes: What is known of each Gaussian, P = `PLANES_END`.
        on_triangles: 1 where triangles carry the block, 0 where helper frames do.
        triangles: Vertices of the triangle that carries each.
        helpers: Index of the helper frame that carries each; one of the two has no meaning.
        corners: Vertices of the quad that lends its normal and light.
        eyes: 0 left, 1 right.
    """

    firsts: Int[np.ndarray, " B"]
    counts: Int[np.ndarray, " B"]
    materials: Int[np.ndarray, " B"]
    planes: Float32[np.ndarray, "B P"]
    on_triangles: Int[np.ndarray, " B"]
    triangles: Int32[np.ndarray, "B 128 3"]
    helpers: Int32[np.ndarray, "B 128"]
    corners: Int32[np.ndarray, "B 128 4"]
    eyes: Int32[np.ndarray, "B 128"]

    def __len__(self) -> int:
        return len(self.firsts)


def laid_in_blocks(bound: np.ndarray, quads: Int32[np.ndarray, "Q 4"]) -> GaussianBlocks:
    """Return the Gaussians of an array of `binding.BOUND` in blocks, in their order."""
    triangle_count = 2 * len(quads)
    on_triangle = bound["frame"] < triangle_count
    changes = np.flatnonzero(np.diff(2 * bound["material"].astype(int) + on_triangle)) + 1
    runs = zip(np.r_[0, changes].tolist(), np.r_[changes, len(bound)].tolist(), strict=True)
    firsts = np.concatenate([np.arange(start, stop, BLOCK) for start, stop in runs])
    counts = np.diff(np.r_[firsts, len(bound)])
    place = np.arange(BLOCK)
    source = firsts[:, None] + np.where(place < counts[:, None], place, 0)  # (B, BLOCK) index in bound
    u, v = bound["u"], bound["v"]
    columns = np.column_stack(
        [
            bound["center"], bound["factor"].reshape(-1, 9), bound["direction"], bound["bend"], bound["albedo"],
            bound["opacity"], bound["specular"], bound["roughness"], bound["occlusion"], bound["subsurface"],
            bound["sheen"], bound["culled"] > 0, (1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v,
        ]
    )  # fmt: skip
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    planes = columns.astype(np.float32)[source].transpose(0, 2, 1).reshape(len(firsts), PLANES_END)
    return GaussianBlocks(
        firsts=firsts,
        counts=counts,
        materials=bound["material"][firsts].astype(np.int64),
        planes=np.ascontiguousarray(planes),
        on_triangles=on_triangle[firsts].astype(np.int64),
        triangles=triangles[np.where(on_triangle, bound["frame"], 0)[source]],
        helpers=np.maximum(bound["frame"] - triangle_count, 0)[source],
        corners=quads[bound["quad"][source]],
        eyes=bound["eye"][source].astype(np.int32),
    )


def neighbours_together(bound: np.ndarray, places: Float[np.ndarray, "N 3"], quad_count: int) -> np.ndarray:
    """Return an array of `binding.BOUND` as blocks want it, neighbours in space near each other in memory.

    A block whose Gaussians lie together can turn away from the viewer as a whole, and needs few vertices. The order is
    that of Morton, A computer oriented geodetic data base (1966): the digits of the three coordinates in turns.

    Args:
        bound: In any order.
        places: Where each Gaussian is at rest.
        quad_count: Of the mesh; frames beyond its triangles are helpers.
    """
    steps = 1 << MORTON_BITS
    low, high = places.min(0), places.max(0)
    cells = ((places - low) / (high - low).max() * (steps - 1)).astype(np.int64)
    key = np.zeros(len(bound), np.int64)
    for bit in range(MORTON_BITS):
        for axis in range(3):
            key |= ((cells[:, axis] >> bit) & 1) << (3 * bit + axis)
    return bound[np.lexsort((key, bound["frame"] >= 2 * quad_count, bound["material"]))]

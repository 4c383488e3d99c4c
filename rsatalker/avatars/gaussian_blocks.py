"""Bound Gaussians as the compiled posing wants them: in blocks of one material, each property a plane of its own.

A plane holds one number for each Gaussian of a block, so that a loop over a block becomes vector instructions; all
planes of a block lie together at constant distances, so that the compiler need not ask whether they overlap. The last
block of a material is filled up with its first one, which is worked out again but not written.

Reading them costs more than the arithmetic: an avatar as floats does not fit the cache that a core has to itself. So
planes are stored as 16 bit steps between the least and the greatest of a block, and those without a step not at all.
"""

# pyright: reportMissingParameterType=none, reportUnknownParameterType=none

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Int, Int32, UInt16, UInt32

from rsatalker.avatars.binding import Material
from rsatalker.avatars.level_of_detail import ranks_in_turn
from rsatalker.kernels import njit

BLOCK = 256  # Gaussians at a time: what is known of them and what is worked out stays in the fastest cache

LANES = 32  # Gaussians that vector instructions work out side by side, several at a time
NEVER = 2.0  # rank of what only fills a block up
MORTON_BITS = 8  # a head of 50 cm in steps of 2 mm
LARGEST_STEP = 65535
LEAST_STEP = 1e-30  # numbers closer together count as the same

# Planes of what is known of a Gaussian, from `binding.BOUND`. Names are where a plane starts.
(
    CENTER_X, CENTER_Y, CENTER_Z,  # from the first corner of a triangle
    FACTOR_XX, FACTOR_YX, FACTOR_YY, FACTOR_ZX, FACTOR_ZY, FACTOR_ZZ,  # lower triangle of the same covariance's factor
    DIRECTION_X, DIRECTION_Y, DIRECTION_Z, BEND_X, BEND_Y, BEND_Z, ALBEDO_RED, ALBEDO_GREEN, ALBEDO_BLUE,
    OPACITY, SPECULAR, ROUGHNESS, OCCLUSION, SUBSURFACE, SHEEN, PROUD, CULLED,
    SHARE_A, SHARE_B, SHARE_C,  # of the triangle's corners in the smooth normal and the light
    KNOWN_END,
) = range(0, 30 * BLOCK, BLOCK)  # fmt: skip
KNOWN = KNOWN_END // BLOCK  # planes

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

    Within a block they lie by rank, so that any beginning of it stands for the whole, only coarser.

    Attributes:
        firsts: Index of each block's first Gaussian in `bound`.
        counts: How many it has, at most `BLOCK`.
        materials: Of each block.
        steps: What is known of each Gaussian, one block's planes behind the other's; `unpack` makes floats of it.
        begins: Where each block's planes begin.
        lows: The least number of each plane, K = `KNOWN`.
        sizes: Of a step in each plane; 0 where all numbers are the same: such a plane is left out.
        on_triangles: 1 where triangles carry the block, 0 where helper frames do.
        helpers: Index of the helper frame that carries each, if one does.
        corners: Vertices of the triangle that lends its normal and light, and carries the Gaussian, if one does.
        eyes: 0 left, 1 right.
        ranks: Place of each in the order of `level_of_detail`; ascending, and `NEVER` where a block is filled up.
    """

    firsts: Int[np.ndarray, " B"]
    counts: Int[np.ndarray, " B"]
    materials: Int[np.ndarray, " B"]
    steps: UInt16[np.ndarray, " S"]
    begins: Int[np.ndarray, " B"]
    lows: Float32[np.ndarray, "B K"]
    sizes: Float32[np.ndarray, "B K"]
    on_triangles: Int[np.ndarray, " B"]
    helpers: UInt32[np.ndarray, "B N"]
    corners: UInt32[np.ndarray, "B 3 N"]
    eyes: Int32[np.ndarray, "B N"]
    ranks: Float32[np.ndarray, "B N"]

    def __len__(self) -> int:
        return len(self.firsts)


def within_budget(bound: np.ndarray, quad_count: int, most: int) -> np.ndarray:
    """Return at most so many of an array of `binding.BOUND`, left out evenly among strands and marks.

    Surfels go last: each would leave a hole.

    Args:
        bound: From `neighbours_together`.
        quad_count: Of the mesh; frames beyond its triangles are helpers.
        most: How many are kept.
    """
    if len(bound) <= most:
        return bound
    ranks = ranks_in_turn(bound, bound["frame"] >= 2 * quad_count)
    ranks[(bound["material"] == Material.SURFACE) & (bound["antialiased"] == 0)] -= 1
    return bound[np.sort(np.argsort(ranks, kind="stable")[:most])]


def in_turns(bound: np.ndarray, quad_count: int) -> tuple[np.ndarray, Float32[np.ndarray, " N"]]:
    """Return an array of `binding.BOUND` with the Gaussians of each block by rank, and the ranks.

    Args:
        bound: From `neighbours_together`.
        quad_count: Of the mesh; frames beyond its triangles are helpers.
    """
    firsts, counts = block_ranges(bound, quad_count)
    ranks = ranks_in_turn(bound, bound["frame"] >= 2 * quad_count)
    order = np.lexsort((ranks, np.repeat(np.arange(len(firsts)), counts)))
    return bound[order], ranks[order]


def block_ranges(bound: np.ndarray, quad_count: int) -> tuple[Int[np.ndarray, " B"], Int[np.ndarray, " B"]]:
    """Return where blocks begin and how many Gaussians they have."""
    on_triangle = bound["frame"] < 2 * quad_count
    kinds = 4 * bound["material"].astype(int) + 2 * (bound["antialiased"] > 0) + on_triangle
    changes = np.flatnonzero(np.diff(kinds)) + 1
    runs = zip(np.r_[0, changes].tolist(), np.r_[changes, len(bound)].tolist(), strict=True)
    firsts = np.concatenate([np.arange(start, stop, BLOCK) for start, stop in runs])
    return firsts, np.diff(np.r_[firsts, len(bound)])


def laid_in_blocks(
    bound: np.ndarray, ranks: Float32[np.ndarray, " N"], quads: Int32[np.ndarray, "Q 4"]
) -> GaussianBlocks:
    """Return what `in_turns` gives in blocks, in its order."""
    triangle_count = 2 * len(quads)
    on_triangle = bound["frame"] < triangle_count
    firsts, counts = block_ranges(bound, len(quads))
    place = np.arange(BLOCK)
    source = firsts[:, None] + np.where(place < counts[:, None], place, 0)  # (B, BLOCK) index in bound
    u, v = bound["u"], bound["v"]
    is_second = np.where(on_triangle, bound["frame"] >= len(quads), u < v)
    corners = np.where(is_second[:, None], quads[bound["quad"]][:, [0, 2, 3]], quads[bound["quad"]][:, :3])
    shares = np.stack([1 - np.maximum(u, v), np.where(is_second, u, u - v), np.where(is_second, v - u, v)])
    known = np.vstack(
        [
            (bound["center"] + np.where(on_triangle[:, None], [1 / 3, 1 / 3, 0], 0)).T, lower_triangle(bound["factor"]),
            bound["direction"].T, bound["bend"].T, bound["albedo"].T, bound["opacity"], bound["specular"],
            bound["roughness"], bound["occlusion"], bound["subsurface"], bound["sheen"], bound["proud"],
            bound["culled"] > 0, shares,
        ]
    )  # fmt: skip
    steps, begins, lows, sizes = packed(known[:, source].transpose(1, 0, 2))
    return GaussianBlocks(
        firsts=firsts,
        counts=counts,
        materials=bound["material"][firsts].astype(np.int64),
        steps=steps,
        begins=begins,
        lows=lows,
        sizes=sizes,
        on_triangles=on_triangle[firsts].astype(np.int64),
        helpers=np.maximum(bound["frame"] - triangle_count, 0)[source].astype(np.uint32),
        corners=np.ascontiguousarray(corners[source].transpose(0, 2, 1), np.uint32),
        eyes=bound["eye"][source].astype(np.int32),
        ranks=np.where(place < counts[:, None], ranks[source], np.float32(NEVER)),
    )


def lower_triangle(factors: Float[np.ndarray, "N 3 3"]) -> Float[np.ndarray, "6 N"]:
    """Return xx, yx, yy, zx, zy, zz of lower triangular matrices L with L L^T = factor factor^T.

    By reflections, as LAPACK does it (Householder, Unitary triangularization of a nonsymmetric matrix, 1958), but for
    all matrices at once: NumPy's QR asks LAPACK for one after the other, which takes four times as long.
    """
    x, y, z = np.ascontiguousarray(factors.transpose(1, 2, 0), np.float64)
    (xx, *_), (yx, *y), (zx, *z) = _reflected(x, x, y, z)
    (yy, _), (zy, zz) = _reflected(np.stack(y), np.stack(y), np.stack(z))
    return np.stack([xx, yx, yy, zx, zy, zz])


def _reflected(laid: Float[np.ndarray, "D N"], *vectors: Float[np.ndarray, "D N"]) -> list[Float[np.ndarray, "D N"]]:
    """Return vectors in the mirror that lays some along the first axis; those that lie there are left alone."""
    normals = laid.copy()
    normals[0] += np.copysign(np.sqrt((laid * laid).sum(0)), laid[0])
    normals *= (laid[1:] != 0).any(0)
    squared = (normals * normals).sum(0)
    normals_by_length = normals * (2 / np.where(squared > 0, squared, 1))
    return [vector - (normals * vector).sum(0) * normals_by_length for vector in vectors]


def packed(
    planes: Float[np.ndarray, "B K N"],
) -> tuple[UInt16[np.ndarray, " S"], Int[np.ndarray, " B"], Float32[np.ndarray, "B K"], Float32[np.ndarray, "B K"]]:
    """Return planes as `GaussianBlocks` keeps them: `steps`, `begins`, `lows` and `sizes`."""
    low = planes.min(2)
    size = ((planes.max(2) - low) / LARGEST_STEP).astype(np.float32)
    size[size < LEAST_STEP] = 0  # the kernel must find the same planes empty
    steps = np.round((planes - low[..., None]) / np.where(size > 0, size, 1)[..., None])
    kept = size > 0
    begins = np.cumsum(np.r_[0, kept.sum(1)[:-1]]) * planes.shape[2]
    return steps[kept].ravel().astype(np.uint16), begins, low.astype(np.float32), size


@njit(nogil=True, fastmath=True, error_model="numpy")
def unpack(lanes, steps, begin, lows, sizes, known):
    """Fill the planes of one block, whose steps begin there, with floats, as far as lanes are asked for."""
    place = np.uint64(begin)  # unsigned: an index that might be negative would be looked at each time
    for plane in range(KNOWN):
        low, size, first = lows[plane], sizes[plane], plane * BLOCK
        if size == 0:
            for i in range(lanes):
                known[first + i] = low
        else:
            for i in range(lanes):
                known[first + i] = low + size * np.float32(steps[place + np.uint64(i)])
            place += np.uint64(BLOCK)


def neighbours_together(bound: np.ndarray, places: Float[np.ndarray, "N 3"], quad_count: int) -> np.ndarray:
    """Return an array of `binding.BOUND` as blocks want it, neighbours in space near each other in memory.

    A block whose Gaussians lie together can turn away from the viewer as a whole, and needs few vertices. Marks on the
    skin are apart from its surfels: in the steps of a block that holds both, shapes of a tenth of a millimetre would be
    rounded to those of the largest. The order is that of Morton, A computer oriented geodetic data base (1966): the
    digits of the three coordinates in turns.

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
    return bound[np.lexsort((key, bound["frame"] >= 2 * quad_count, bound["antialiased"] > 0, bound["material"]))]

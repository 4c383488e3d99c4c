"""What points of a head can see: depth maps for each direction, as a sun would cast them."""

# pyright: reportMissingParameterType=none, reportUnknownParameterType=none

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from jaxtyping import Float32, Int32, UInt8

from rsatalker.kernels import njit

F = np.float32
NOTHING = F(-1e9)
PAST_MESH, PAST_POINTS = 1, 2  # bits of the answer: nothing of the mesh, none of the points lies in between
FREE = PAST_MESH | PAST_POINTS
BAKE_THREADS = 4
LEAST_FACING, TEXEL_SHARE = F(0.12), F(0.6)  # a texel holds one depth of a surface that slopes across it


def visibility(
    vertices: Float32[np.ndarray, "V 3"],
    triangles: Int32[np.ndarray, "T 3"],
    points: Float32[np.ndarray, "P 3"],
    receivers: Float32[np.ndarray, "R 3"],
    normals: Float32[np.ndarray, "R 3"],
    directions: Float32[np.ndarray, "D 3"],
    *,
    resolution: int,
    bias_m: float,
    point_bias_m: float,
) -> UInt8[np.ndarray, "R D"]:
    """Return what does not lie between a receiver and infinity in a direction: `PAST_MESH`, `PAST_POINTS` or both.

    Args:
        vertices: Of the mesh that blocks light, metres.
        triangles: Its faces.
        points: Small things that block light too (hair), each about three texels wide.
        receivers: Where to look from, on or outside the surface.
        normals: Outward unit normals there; they decide how much a surface may shadow itself.
        directions: Unit vectors.
        resolution: Texels of a depth map's side.
        bias_m: How far below the surface a receiver still counts as on it.
        point_bias_m: The same for points.
    """
    everything = np.concatenate([vertices, points])
    low, high = everything.min(0), everything.max(0)
    center = ((low + high) / 2).astype(np.float32)
    radius = np.float32(np.linalg.norm(everything - center, axis=1).max() * 1.01)
    seen = np.empty((len(receivers), len(directions)), np.uint8)

    def cast(index: int) -> None:
        _cast(
            vertices, triangles, points, receivers, normals, directions[index], resolution, center, radius, F(bias_m),
            F(point_bias_m), seen[:, index],
        )  # fmt: skip

    with ThreadPoolExecutor(BAKE_THREADS) as pool:  # the kernel releases the GIL
        list(pool.map(cast, range(len(directions))))
    return seen


@njit(nogil=True, fastmath=True)
def _cast(vertices, triangles, points, receivers, normals, w, size, center, radius, bias, point_bias, seen):
    """Fill one column of the visibility: the light comes from w."""
    if abs(w[1]) < 0.9:
        ax, ay, az = w[2], F(0), -w[0]  # y x w
    else:
        ax, ay, az = F(0), -w[2], w[1]  # x x w
    inverse = F(1) / math.sqrt(ax * ax + ay * ay + az * az)
    ax *= inverse
    ay *= inverse
    az *= inverse
    bx, by, bz = w[1] * az - w[2] * ay, w[2] * ax - w[0] * az, w[0] * ay - w[1] * ax
    texels = F(size) / (F(2) * radius)
    depth = np.full((size, size), NOTHING)
    placed = np.empty_like(vertices)
    for i in range(vertices.shape[0]):
        x, y, z = vertices[i, 0] - center[0], vertices[i, 1] - center[1], vertices[i, 2] - center[2]
        placed[i, 0] = (x * ax + y * ay + z * az + radius) * texels
        placed[i, 1] = (x * bx + y * by + z * bz + radius) * texels
        placed[i, 2] = x * w[0] + y * w[1] + z * w[2]
    for t in range(triangles.shape[0]):
        p, q, r = placed[triangles[t, 0]], placed[triangles[t, 1]], placed[triangles[t, 2]]
        area = (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])
        if abs(area) < F(1e-9):
            continue
        left = max(0, int(min(p[0], q[0], r[0])))
        right = min(size - 1, int(max(p[0], q[0], r[0])))
        top = max(0, int(min(p[1], q[1], r[1])))
        bottom = min(size - 1, int(max(p[1], q[1], r[1])))
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                px, py = F(column) + F(0.5), F(row) + F(0.5)
                second = ((px - p[0]) * (r[1] - p[1]) - (py - p[1]) * (r[0] - p[0])) / area
                third = ((q[0] - p[0]) * (py - p[1]) - (q[1] - p[1]) * (px - p[0])) / area
                if second >= 0 and third >= 0 and second + third <= 1:
                    z = p[2] + second * (q[2] - p[2]) + third * (r[2] - p[2])
                    depth[row, column] = max(depth[row, column], z)
    strands = np.full((size, size), NOTHING)
    for i in range(points.shape[0]):
        x, y, z = points[i, 0] - center[0], points[i, 1] - center[1], points[i, 2] - center[2]
        column = int((x * ax + y * ay + z * az + radius) * texels)
        row = int((x * bx + y * by + z * bz + radius) * texels)
        z = x * w[0] + y * w[1] + z * w[2]
        for k in range(max(0, row - 1), min(size, row + 2)):
            for m in range(max(0, column - 1), min(size, column + 2)):
                strands[k, m] = max(strands[k, m], z)
    for i in range(receivers.shape[0]):
        x, y, z = receivers[i, 0] - center[0], receivers[i, 1] - center[1], receivers[i, 2] - center[2]
        column = int((x * ax + y * ay + z * az + radius) * texels)
        row = int((x * bx + y * by + z * bz + radius) * texels)
        z = x * w[0] + y * w[1] + z * w[2]
        if column < 0 or row < 0 or column >= size or row >= size:
            seen[i] = FREE
            continue
        facing = normals[i, 0] * w[0] + normals[i, 1] * w[1] + normals[i, 2] * w[2]
        upright = min(F(1), abs(facing))
        slope = math.sqrt(F(1) - upright * upright) / max(upright, LEAST_FACING)
        slack = bias * (F(1) + F(1.5) * (F(1) - upright)) + min(TEXEL_SHARE * slope / texels, F(2) * bias)
        free = z + slack >= depth[row, column]
        if not free and -F(0.7) < facing < F(0.08):  # beyond the terminator only thick things cast a shadow
            free = z + F(6) * slack >= depth[row, column]
        seen[i] = (PAST_MESH if free else 0) + (PAST_POINTS if z + point_bias >= strands[row, column] else 0)

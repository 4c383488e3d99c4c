"""Frames that carry Gaussians along with a mesh.

`face_frames` is the rigid frame of GaussianAvatars. It frays where skin stretches (the lip corners of an open jaw), so
our own avatars use `affine_frames`, which follow the stretching of their triangle.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Int

from rsatalker.errors import DegenerateMeshError
from rsatalker.kernels import njit

ONE = np.float32(1)  # compiled code stays in single precision
SMALLEST_DOUBLE_AREA = 1e-14  # square metres; a triangle of 0.1 micrometres


@dataclass(frozen=True, slots=True)
class FaceFrames:
    """Where triangles are: world = scale * rotation @ local + center."""

    centers: Float[np.ndarray, "F 3"]
    rotations: Float[np.ndarray, "F 3 3"]
    scales: Float[np.ndarray, " F"]


def face_frames(vertices: Float[np.ndarray, "V 3"], faces: Int[np.ndarray, "F 3"]) -> FaceFrames:
    """Return center, rotation and scale of every triangle.

    Columns of the rotation: first edge, outward normal, and the axis that completes a right-handed set.
    Source: Qian et al., GaussianAvatars (CVPR 2024), section 3.2.

    Args:
        vertices: Mesh vertices, metres.
        faces: Vertex indices, counter-clockwise seen from outside.

    Raises:
        DegenerateMeshError: A triangle has no area; the message lists the first ten.
    """
    corners = vertices[faces]
    first = corners[:, 1] - corners[:, 0]
    second = corners[:, 2] - corners[:, 0]
    normal = np.cross(first, second)
    double_area = np.linalg.norm(normal, axis=1)
    flat = np.flatnonzero(~(double_area > SMALLEST_DOUBLE_AREA))
    if len(flat):
        raise DegenerateMeshError(
            f"{len(flat)} of {len(faces)} triangles have no area (first: {flat[:10].tolist()}); "
            "a frame needs three distinct corners. Remove or repair these triangles."
        )
    first_length = np.linalg.norm(first, axis=1)
    along = first / first_length[:, None]
    up = normal / double_area[:, None]
    across = -np.cross(up, along)
    scales = (first_length + np.abs((across * second).sum(1))) / 2
    return FaceFrames(corners.mean(1), np.stack([along, up, across], 2), scales)


def affine_frames(
    vertices: Float[np.ndarray, "V 3"], quads: Int[np.ndarray, "Q 4"]
) -> tuple[Float32[np.ndarray, "T 3 3"], Float32[np.ndarray, "T 3"]]:
    """Return axes and origin of the two triangles of every quad; triangle q + Q is the second one of quad q.

    Columns of the axes: both edges from the first corner, and the normal with the length sqrt(2 area). A triangle
    without area gets a frame without extent, which is harmless.
    """
    axes = np.empty((2 * len(quads), 3, 3), np.float32)
    origins = np.empty((2 * len(quads), 3), np.float32)
    fill_affine_frames(np.ascontiguousarray(vertices, np.float32), np.ascontiguousarray(quads, np.int32), axes, origins)
    return axes, origins


@njit(nogil=True, fastmath=True, error_model="numpy")
def fill_affine_frames(vertices, quads, axes, origins):  # pyright: ignore[reportMissingParameterType, reportUnknownParameterType]
    """Write the affine frames of `affine_frames` into preallocated arrays."""
    count = quads.shape[0]
    for quad in range(count):
        a = quads[quad, 0]
        for half in range(2):
            b = quads[quad, 1 + half]
            c = quads[quad, 2 + half]
            frame = quad + half * count
            bx = vertices[b, 0] - vertices[a, 0]
            by = vertices[b, 1] - vertices[a, 1]
            bz = vertices[b, 2] - vertices[a, 2]
            cx = vertices[c, 0] - vertices[a, 0]
            cy = vertices[c, 1] - vertices[a, 1]
            cz = vertices[c, 2] - vertices[a, 2]
            nx = by * cz - bz * cy
            ny = bz * cx - bx * cz
            nz = bx * cy - by * cx
            double_area = math.sqrt(nx * nx + ny * ny + nz * nz)
            stretch = ONE / math.sqrt(max(double_area, np.float32(1e-13)))
            axes[frame, 0, 0] = bx
            axes[frame, 1, 0] = by
            axes[frame, 2, 0] = bz
            axes[frame, 0, 1] = cx
            axes[frame, 1, 1] = cy
            axes[frame, 2, 1] = cz
            axes[frame, 0, 2] = nx * stretch
            axes[frame, 1, 2] = ny * stretch
            axes[frame, 2, 2] = nz * stretch
            for axis in range(3):
                total = vertices[a, axis] + vertices[b, axis] + vertices[c, axis]
                origins[frame, axis] = total * np.float32(1 / 3)


def vertex_normals(vertices: Float[np.ndarray, "V 3"], quads: Int[np.ndarray, "Q 4"]) -> Float32[np.ndarray, "V 3"]:
    """Return smooth unit normals, weighted by area."""
    normals = np.zeros((len(vertices), 3), np.float32)
    fill_vertex_normals(np.ascontiguousarray(vertices, np.float32), np.ascontiguousarray(quads, np.int32), normals)
    return normals


@njit(nogil=True, fastmath=True, error_model="numpy")
def fill_vertex_normals(vertices, quads, normals):  # pyright: ignore[reportMissingParameterType, reportUnknownParameterType]
    """Write smooth unit normals into a preallocated array; the diagonals of a quad give its normal."""
    normals[:] = 0
    for quad in range(quads.shape[0]):
        # unsigned: an index that might be negative would be looked at each time
        a, b = np.uint64(quads[quad, 0]), np.uint64(quads[quad, 1])
        c, d = np.uint64(quads[quad, 2]), np.uint64(quads[quad, 3])
        ux = vertices[c, 0] - vertices[a, 0]
        uy = vertices[c, 1] - vertices[a, 1]
        uz = vertices[c, 2] - vertices[a, 2]
        wx = vertices[d, 0] - vertices[b, 0]
        wy = vertices[d, 1] - vertices[b, 1]
        wz = vertices[d, 2] - vertices[b, 2]
        nx = uy * wz - uz * wy
        ny = uz * wx - ux * wz
        nz = ux * wy - uy * wx
        for vertex in (a, b, c, d):
            normals[vertex, 0] += nx
            normals[vertex, 1] += ny
            normals[vertex, 2] += nz
    for vertex in range(normals.shape[0]):
        x, y, z = normals[vertex, 0], normals[vertex, 1], normals[vertex, 2]
        inverse = ONE / math.sqrt(x * x + y * y + z * z + np.float32(1e-30))
        normals[vertex, 0] = x * inverse
        normals[vertex, 1] = y * inverse
        normals[vertex, 2] = z * inverse

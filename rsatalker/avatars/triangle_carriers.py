"""What carries a fitted avatar's Gaussians: world = axes @ local + origin, one for each triangle.

`rigid` turns and scales them as GaussianAvatars does, and frays where skin stretches. `affine` is the same at rest, and
then follows the stretching of the triangle: lip corners keep closed.
"""

# pyright: reportMissingParameterType=none, reportUnknownParameterType=none

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from jaxtyping import Float, Float32, Int32

from rsatalker.avatars.face_frames import face_frames
from rsatalker.kernels import njit

CarrierKind = Literal["rigid", "affine"]
F = np.float32
FLATTEST = F(1e-13)  # double area in square metres below which a triangle carries nothing
MOST_STRETCH = F(4.0)  # times its length at rest; a wall of the mouth that unfolds more would smear over the picture


class TriangleCarriers:
    """Carriers of some triangles of a mesh, filled anew for every pose.

    Attributes:
        kind: How they follow.
        axes: Filled by `follow`.
        origins: Filled by `follow`, metres.
        scales: Size of each triangle at rest, metres.

    Args:
        neutral_vertices: Mesh at rest.
        faces: The triangles that carry something.
        kind: How they follow.

    Raises:
        DegenerateMeshError: One of them has no area at rest.
    """

    def __init__(
        self, neutral_vertices: Float[np.ndarray, "V 3"], faces: Int32[np.ndarray, "F 3"], kind: CarrierKind
    ) -> None:
        self.kind: CarrierKind = kind
        self._faces = np.ascontiguousarray(faces, np.int32)
        frames = face_frames(neutral_vertices.astype(np.float64), self._faces)
        self.scales: Float32[np.ndarray, " F"] = frames.scales.astype(np.float32)
        self.axes: Float32[np.ndarray, "F 3 3"] = np.empty((len(faces), 3, 3), np.float32)
        self.origins: Float32[np.ndarray, "F 3"] = np.empty((len(faces), 3), np.float32)
        resting = (frames.rotations * frames.scales[:, None, None]).astype(np.float32)
        self._from_edges = np.zeros((len(faces), 3, 3), np.float32)
        if kind == "affine":  # edges @ from_edges are the rigid axes at rest, and follow the edges from there
            corners = neutral_vertices[self._faces].astype(np.float64)
            first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
            normal = np.cross(first, second)
            normal /= np.sqrt(np.linalg.norm(normal, axis=1, keepdims=True))
            self._from_edges[:] = np.linalg.inv(np.stack([first, second, normal], 2)) @ resting

    def follow(self, vertices: Float32[np.ndarray, "V 3"]) -> None:
        """Fill `axes` and `origins` for a posed mesh."""
        vertices = np.ascontiguousarray(vertices, np.float32)
        if self.kind == "affine":
            fill_affine_carriers(vertices, self._faces, self._from_edges, self.scales, self.axes, self.origins)
        else:
            fill_rigid_carriers(vertices, self._faces, self.axes, self.origins)


@njit(nogil=True, fastmath=True, error_model="numpy")
def fill_affine_carriers(vertices, faces, from_edges, scales, axes, origins):
    """Write edges @ from_edges and the middle of each triangle; columns that stretch too far are shortened."""
    edges = np.empty((3, 3), np.float32)
    for face in range(faces.shape[0]):
        a, b, c = faces[face, 0], faces[face, 1], faces[face, 2]
        for i in range(3):
            edges[i, 0] = vertices[b, i] - vertices[a, i]
            edges[i, 1] = vertices[c, i] - vertices[a, i]
            origins[face, i] = (vertices[a, i] + vertices[b, i] + vertices[c, i]) * F(1 / 3)
        nx = edges[1, 0] * edges[2, 1] - edges[2, 0] * edges[1, 1]
        ny = edges[2, 0] * edges[0, 1] - edges[0, 0] * edges[2, 1]
        nz = edges[0, 0] * edges[1, 1] - edges[1, 0] * edges[0, 1]
        shrink = F(1) / math.sqrt(max(math.sqrt(nx * nx + ny * ny + nz * nz), FLATTEST))
        edges[0, 2] = nx * shrink
        edges[1, 2] = ny * shrink
        edges[2, 2] = nz * shrink
        for column in range(3):
            length = F(0)
            for i in range(3):
                value = F(0)
                for k in range(3):
                    value += edges[i, k] * from_edges[face, k, column]
                axes[face, i, column] = value
                length += value * value
            longest = MOST_STRETCH * scales[face]
            if length > longest * longest:
                shorten = longest / math.sqrt(length)
                for i in range(3):
                    axes[face, i, column] *= shorten


@njit(nogil=True, fastmath=True, error_model="numpy")
def fill_rigid_carriers(vertices, faces, axes, origins):
    """Write scale * rotation of `face_frames.face_frames` and the middle of each triangle; no area, no extent."""
    for face in range(faces.shape[0]):
        a, b, c = faces[face, 0], faces[face, 1], faces[face, 2]
        ux, uy, uz = (
            vertices[b, 0] - vertices[a, 0],
            vertices[b, 1] - vertices[a, 1],
            vertices[b, 2] - vertices[a, 2],
        )
        wx, wy, wz = (
            vertices[c, 0] - vertices[a, 0],
            vertices[c, 1] - vertices[a, 1],
            vertices[c, 2] - vertices[a, 2],
        )
        for i in range(3):
            origins[face, i] = (vertices[a, i] + vertices[b, i] + vertices[c, i]) * F(1 / 3)
        nx, ny, nz = uy * wz - uz * wy, uz * wx - ux * wz, ux * wy - uy * wx
        double_area = math.sqrt(nx * nx + ny * ny + nz * nz)
        length = math.sqrt(ux * ux + uy * uy + uz * uz)
        if double_area < FLATTEST:
            axes[face] = F(0)
            continue
        scale = F(0.5) * (length + double_area / length)  # the height over the first edge is |a2 . second edge|
        along, up = scale / length, scale / double_area
        axes[face, 0, 0], axes[face, 1, 0], axes[face, 2, 0] = ux * along, uy * along, uz * along
        axes[face, 0, 1], axes[face, 1, 1], axes[face, 2, 1] = nx * up, ny * up, nz * up
        across = F(1) / scale
        for i in range(3):
            j, k = (i + 1) % 3, (i + 2) % 3
            axes[face, i, 2] = across * (axes[face, j, 0] * axes[face, k, 1] - axes[face, k, 0] * axes[face, j, 1])

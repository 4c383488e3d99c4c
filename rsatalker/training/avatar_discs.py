"""Flat round Gaussians on a mesh, even over its surface: where fitting begins, and what closes what it cannot see."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Float32, Int, Int32

from rsatalker.avatars.bound_splats import BoundSplats
from rsatalker.avatars.face_frames import face_frames
from rsatalker.avatars.triangle_carriers import CarrierKind, TriangleCarriers

HARMONIC_0 = 0.5 / math.sqrt(math.pi)  # the constant spherical harmonic
THICKNESS = 0.1  # standard deviation across the surface, in units of the spacing
LEAST_DOUBLE_AREA = 1e-12  # square metres; a smaller triangle has no frame


def double_areas(vertices: Float32[np.ndarray, "V 3"], faces: Int32[np.ndarray, "F 3"]) -> Float[np.ndarray, " F"]:
    """Return twice the area of every triangle, square metres."""
    first, second = (vertices[faces[:, i]].astype(np.float64) - vertices[faces[:, 0]] for i in (1, 2))
    return np.linalg.norm(np.cross(first, second), axis=1)


def largest_shown(
    shown: Sequence[Float32[np.ndarray, "V 3"]], faces: Int32[np.ndarray, "F 3"], seen: Sequence[Bool[np.ndarray, " F"]]
) -> tuple[Float[np.ndarray, " F"], Int[np.ndarray, " F"]]:
    """Return how large each triangle is where it is seen and largest, square metres, and in which of `shown`.

    What is seen nowhere, and what has no area at rest, has none.

    Args:
        shown: The mesh at rest, then in other poses.
        faces: Of the mesh.
        seen: Which triangles are, for each of those poses.
    """
    resting = double_areas(shown[0], faces) > LEAST_DOUBLE_AREA
    areas, largest_in = np.zeros(len(faces)), np.zeros(len(faces), int)
    for number, (vertices, here) in enumerate(zip(shown[1:], seen, strict=True), start=1):
        area = np.where(here & resting, double_areas(vertices, faces) / 2, 0)
        larger = area > areas
        areas[larger], largest_in[larger] = area[larger], number
    return areas, largest_in


def spread(
    areas: Float[np.ndarray, " F"], count: int, random: np.random.Generator
) -> tuple[Int[np.ndarray, " N"], Float[np.ndarray, "N 3"]]:
    """Return triangles, and shares of their corners, of points that are even over the areas given."""
    # steps of equal area along the triangles: neighbours in the list are mostly neighbours on the surface
    total = float(areas.sum())
    places = (np.arange(count) + random.uniform(size=count)) * (total / count)
    face = np.searchsorted(np.cumsum(areas), np.minimum(places, total * (1 - 1e-9)), side="right")
    u, v = random.uniform(size=(2, count))
    root = np.sqrt(u)
    return face, np.stack([1 - root, root * (1 - v), root * v], 1)


def points_on(
    vertices: Float32[np.ndarray, "V 3"], faces: np.ndarray, face: np.ndarray, corners: Float[np.ndarray, "N 3"]
) -> Float[np.ndarray, "N 3"]:
    """Return the points of a posed mesh at shares of triangles' corners."""
    return np.einsum("nc,ncd->nd", corners, vertices[faces[face]].astype(np.float64))


def discs_on(
    shown: Sequence[Float32[np.ndarray, "V 3"]],
    faces: Int32[np.ndarray, "F 3"],
    carriers: CarrierKind,
    face: Int[np.ndarray, " N"],
    corners: Float[np.ndarray, "N 3"],
    round_in: Int[np.ndarray, " N"],
    spacing_m: Float[np.ndarray, " N"],
    width: float,
    colors: Float[np.ndarray, "N 3"],
    opacity: float,
    sh_degree: int,
) -> BoundSplats:
    """Return Gaussians that lie flat on their triangles, each of them round in a pose of its own.

    A lid is a narrow fold at rest and unrolls when it closes: what is round on the fold would be a streak on the lid.

    Args:
        shown: The mesh at rest, then in other poses, metres.
        faces: Of the mesh.
        carriers: How Gaussians will follow.
        face: Triangle of each Gaussian, none without area at rest or in its pose.
        corners: Its place, shares of the triangle's corners.
        round_in: Index into `shown` of the pose in which it is round.
        spacing_m: Between it and its neighbours.
        width: Standard deviation along the surface, in units of the spacing.
        colors: sRGB.
        opacity: Of all.
        sh_degree: Of the harmonics, of which only the first are not 0.
    """
    used, carrier = np.unique(face, return_inverse=True)
    frames = TriangleCarriers(shown[0], faces[used], carriers)
    frames.follow(shown[0])
    axes, origins = frames.axes[carrier].astype(np.float64), frames.origins[carrier]
    local = np.linalg.solve(axes, (points_on(shown[0], faces, face, corners) - origins)[..., None])[..., 0]
    sizes = np.square(spacing_m[:, None] * [width, THICKNESS, width])  # the second axis is the normal
    covariances = np.empty((len(face), 3, 3))
    for pose in np.unique(round_in):
        here = np.flatnonzero(round_in == pose)
        frames.follow(shown[pose])
        turns = face_frames(shown[pose].astype(np.float64), faces[face[here]]).rotations
        inward = np.linalg.solve(frames.axes[carrier[here]].astype(np.float64), turns)
        covariances[here] = (inward * sizes[here, None]) @ inward.transpose(0, 2, 1)
    variances, turns = np.linalg.eigh(covariances)
    turns[:, :, 0] *= np.linalg.det(turns)[:, None]
    sh = np.zeros((len(face), (sh_degree + 1) ** 2, 3), np.float32)
    sh[:, 0] = (colors - 0.5) / HARMONIC_0
    return BoundSplats(
        binding=face.astype(np.int32),
        centers=local.astype(np.float32),
        quats=quats_from_rotations(turns),
        log_scales=(0.5 * np.log(variances)).astype(np.float32),
        opacity_logits=np.full(len(face), math.log(opacity / (1 - opacity)), np.float32),
        sh=sh,
    )


def quats_from_rotations(rotations: Float[np.ndarray, "N 3 3"]) -> Float32[np.ndarray, "N 4"]:
    """Return unit quaternions wxyz.

    Each is an eigenvector: that of the greatest eigenvalue of the matrix of Bar-Itzhack, New method for extracting the
    quaternion from a rotation matrix (2000), which is 1; it needs no cases.
    """
    r = rotations
    k = np.zeros((len(r), 4, 4))
    k[:, 0, 0] = r[:, 0, 0] + r[:, 1, 1] + r[:, 2, 2]
    for i in range(3):
        j, m = (i + 1) % 3, (i + 2) % 3
        k[:, 0, i + 1] = k[:, i + 1, 0] = r[:, m, j] - r[:, j, m]
        k[:, i + 1, i + 1] = r[:, i, i] - r[:, j, j] - r[:, m, m]
        k[:, i + 1, j + 1] = k[:, j + 1, i + 1] = r[:, i, j] + r[:, j, i]
    return np.linalg.eigh(k)[1][:, :, 3].astype(np.float32)

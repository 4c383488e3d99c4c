"""Gaussians in space -> the same Gaussians in the frames of a head's triangles, so that they follow it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Float, Float32, Int
from scipy.spatial.transform import Rotation

from rsatalker.avatars.bound_splats import BoundSplats
from rsatalker.avatars.face_frames import face_frames
from rsatalker.avatars.splat_posing import fill_harmonics
from rsatalker.exports.splat_cloud import SplatCloud
from rsatalker.heads.nearest_triangle import Surface

DIRECTIONS = 256  # at which harmonics are compared to turn them
SMALLEST_DOUBLE_AREA_M2 = 1e-9  # a triangle of half a square millimetre's thousandth carries nothing well


def bind_to_nearest(
    cloud: SplatCloud,
    vertices: Float32[np.ndarray, "V 3"],
    faces: Int[np.ndarray, "F 3"],
    candidates: Int[np.ndarray, " K"],
) -> tuple[BoundSplats, Float[np.ndarray, " N"]]:
    """Return the Gaussians bound to the nearest triangles, and how far they are from these, metres.

    Args:
        cloud: In the head's space, the face as it is at rest.
        vertices: Of the head at rest.
        faces: All its triangles.
        candidates: Those that may carry something.
    """
    corners = vertices[faces[candidates]].astype(np.float64)
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    candidates = candidates[area > SMALLEST_DOUBLE_AREA_M2]
    near = Surface(vertices, faces[candidates]).nearest(cloud.centers)
    binding = candidates[near.faces]
    used, carrier = np.unique(binding, return_inverse=True)
    frames = face_frames(vertices.astype(np.float64), faces[used])
    rotations, scales = frames.rotations[carrier], frames.scales[carrier]
    local = np.einsum("nji,nj->ni", rotations, cloud.centers - frames.centers[carrier]) / scales[:, None]
    turns = Rotation.from_matrix(rotations).inv() * Rotation.from_quat(cloud.quats[:, [1, 2, 3, 0]])
    bound = BoundSplats(
        binding=binding.astype(np.int32),
        centers=local.astype(np.float32),
        quats=turns.as_quat()[:, [3, 0, 1, 2]].astype(np.float32),
        log_scales=(cloud.log_scales - np.log(scales)[:, None]).astype(np.float32),
        opacity_logits=cloud.opacity_logits,
        sh=cloud.sh,
    )
    return bound, near.distances


def moved_cloud(
    cloud: SplatCloud, rotation: Float[np.ndarray, "3 3"], scale: float, shift: Float[np.ndarray, "3"]
) -> SplatCloud:
    """Return a cloud turned, grown and moved: x becomes scale * rotation @ x + shift; harmonics turn along."""
    turns = Rotation.from_matrix(rotation) * Rotation.from_quat(cloud.quats[:, [1, 2, 3, 0]])
    return replace(
        cloud,
        centers=(cloud.centers @ rotation.T * scale + shift).astype(np.float32),
        quats=turns.as_quat()[:, [3, 0, 1, 2]].astype(np.float32),
        log_scales=(cloud.log_scales + np.log(scale)).astype(np.float32),
        sh=_turned_harmonics(cloud.sh, rotation),
    )


def _turned_harmonics(
    sh: Float32[np.ndarray, "N K 3"], rotation: Float[np.ndarray, "3 3"]
) -> Float32[np.ndarray, "N K 3"]:
    """Return coefficients whose colours are turned; each degree only mixes with itself."""
    random = np.random.default_rng(0)
    toward = random.normal(size=(DIRECTIONS, 3))
    toward /= np.linalg.norm(toward, axis=1, keepdims=True)
    new, old = _harmonics(toward, sh.shape[1]), _harmonics(toward @ rotation, sh.shape[1])
    turned = np.array(sh, np.float64)
    for degree in range(1, round(sh.shape[1] ** 0.5)):
        part = slice(degree**2, (degree + 1) ** 2)
        matrix = np.linalg.lstsq(new[:, part], old[:, part], rcond=None)[0]
        turned[:, part] = np.einsum("ab,nbc->nac", matrix, sh[:, part])
    return turned.astype(np.float32)


def _harmonics(toward: Float[np.ndarray, "D 3"], count: int) -> Float[np.ndarray, "D K"]:
    values = np.empty((len(toward), count), np.float32)
    for row, (x, y, z) in zip(values, toward.astype(np.float32), strict=True):
        fill_harmonics(x, y, z, row)
    return values.astype(np.float64)

"""Where Gaussians begin: evenly on what the images show of the mesh, in the colours that they show there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Float32, Int32

from rsatalker.avatars.bound_splats import BoundSplats
from rsatalker.avatars.triangle_carriers import CarrierKind, TriangleCarriers
from rsatalker.errors import AssetError
from rsatalker.training.avatar_capture import Capture
from rsatalker.training.avatar_mesh_images import CPU, MeshImage, see_mesh
from rsatalker.training.avatar_photos import Photo, Photos

VIEWS_ASKED = 60  # for visible triangles and colours
SAME_SURFACE_M = 0.004  # a point this close behind what a pixel shows is what it shows
WIDTH, THICKNESS = 0.5, 0.1  # standard deviations along and across the surface, in units of the spacing
FIRST_OPACITY = 0.9
HARMONIC_0 = 0.5 / math.sqrt(math.pi)  # the constant spherical harmonic
LEAST_DOUBLE_AREA = 1e-12  # square metres; a smaller triangle has no frame


@dataclass(frozen=True, slots=True)
class Start:
    """Gaussians before the first step.

    Attributes:
        splats: On the mesh at rest.
        spacing_m: Between neighbours.
    """

    splats: BoundSplats
    spacing_m: float


def start_on_surface(
    capture: Capture,
    photos: Photos,
    count: int,
    carriers: CarrierKind,
    sh_degree: int,
    seed: int,
    device: torch.device = CPU,
) -> Start:
    """Return about `count` Gaussians, spread evenly over the triangles that some image shows.

    Raises:
        AssetError: No image shows the mesh: cameras and tracking do not fit each other.
    """
    random = np.random.default_rng(seed)
    head, faces = capture.head, capture.head.faces
    neutral = head.neutral_vertices
    asked = capture.train[:: max(1, len(capture.train) // VIEWS_ASKED)]
    sights = [(photos(view), head(capture.poses[view.timestep])) for view in asked]
    images = [see_mesh(vertices, faces, photo.camera, "auto", device) for photo, vertices in sights]
    face, corners, spacing = _spread(neutral, faces, images, count, random)
    if not len(face):
        raise AssetError(
            f"none of {len(asked)} images shows the mesh: cameras and tracked poses do not fit each other. Check the "
            "unit (metres) and the axes (OpenGL) of transform_matrix."
        )
    points = [_points(vertices, faces, face, corners) for _, vertices in sights]
    colors = _colors([photo for photo, _ in sights], images, points)
    used, carrier = np.unique(face, return_inverse=True)
    frames = TriangleCarriers(neutral, faces[used], carriers)
    frames.follow(neutral)
    axes, origins, sizes = frames.axes[carrier], frames.origins[carrier], frames.scales[carrier]
    local = np.linalg.solve(axes, (_points(neutral, faces, face, corners) - origins)[..., None])[..., 0]
    flat = np.array([WIDTH, THICKNESS, WIDTH])  # the second axis is the normal
    sh = np.zeros((len(face), (sh_degree + 1) ** 2, 3), np.float32)
    sh[:, 0] = (colors - 0.5) / HARMONIC_0
    splats = BoundSplats(
        binding=face.astype(np.int32),
        centers=local.astype(np.float32),
        quats=np.tile(np.array([1, 0, 0, 0], np.float32), (len(face), 1)),
        log_scales=np.log(flat * spacing / sizes[:, None]).astype(np.float32),
        opacity_logits=np.full(len(face), math.log(FIRST_OPACITY / (1 - FIRST_OPACITY)), np.float32),
        sh=sh,
    )
    return Start(splats, spacing)


def _spread(
    neutral: Float32[np.ndarray, "V 3"],
    faces: Int32[np.ndarray, "F 3"],
    images: Sequence[MeshImage],
    count: int,
    random: np.random.Generator,
) -> tuple[np.ndarray, Float[np.ndarray, "N 3"], float]:
    """Return triangles, shares of their corners, and the spacing of points that are even over the visible surface."""
    pixels = sum(np.bincount(image.faces[image.seen], minlength=len(faces)) for image in images)
    first, second = (neutral[faces[:, i]].astype(np.float64) - neutral[faces[:, 0]] for i in (1, 2))
    double_area = np.linalg.norm(np.cross(first, second), axis=1)
    area = np.where((np.asarray(pixels) > 0) & (double_area > LEAST_DOUBLE_AREA), double_area / 2, 0)
    total = float(area.sum())
    if total == 0:
        return np.zeros(0, np.int64), np.zeros((0, 3)), 0.0
    # steps of equal area along the triangles: neighbours in the list are mostly neighbours on the surface
    places = (np.arange(count) + random.uniform(size=count)) * (total / count)
    face = np.searchsorted(np.cumsum(area), np.minimum(places, total * (1 - 1e-9)), side="right")
    u, v = random.uniform(size=(2, count))
    root = np.sqrt(u)
    return face, np.stack([1 - root, root * (1 - v), root * v], 1), math.sqrt(total / count)


def _points(
    vertices: Float32[np.ndarray, "V 3"], faces: np.ndarray, face: np.ndarray, corners: Float[np.ndarray, "N 3"]
) -> Float[np.ndarray, "N 3"]:
    return np.einsum("nc,ncd->nd", corners, vertices[faces[face]].astype(np.float64))


def _colors(
    photos: Sequence[Photo], images: Sequence[MeshImage], points: Sequence[Float[np.ndarray, "N 3"]]
) -> Float[np.ndarray, "N 3"]:
    """Return the mean colour of each point over the images that show it; that of all others where none does."""
    sums, counts = np.zeros((len(points[0]), 3)), np.zeros(len(points[0]))
    for photo, image, places in zip(photos, images, points, strict=True):
        camera = photo.camera
        x, y, z = (places @ camera.camera_from_world[:3, :3].T + camera.camera_from_world[:3, 3]).T
        ahead = np.where(z > camera.near, z, 1)
        column = np.floor(x / ahead * camera.K[0, 0] + camera.K[0, 2]).astype(int)
        row = np.floor(y / ahead * camera.K[1, 1] + camera.K[1, 2]).astype(int)
        inside = (z > camera.near) & (column >= 0) & (column < camera.width) & (row >= 0) & (row < camera.height)
        ids = np.flatnonzero(inside)
        ids = ids[z[ids] < image.depths[row[ids], column[ids]] + SAME_SURFACE_M]
        sums[ids] += photo.color[row[ids], column[ids]]
        counts[ids] += 1
    shown = counts > 0
    colors = sums / np.maximum(counts, 1)[:, None]
    colors[~shown] = colors[shown].mean(0) if shown.any() else 0.5
    return colors

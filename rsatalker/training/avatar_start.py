"""Where Gaussians begin: evenly on what the images show of the mesh, in the colours that they show there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from rsatalker.avatars.bound_splats import BoundSplats
from rsatalker.avatars.triangle_carriers import CarrierKind
from rsatalker.errors import AssetError
from rsatalker.training.avatar_capture import Capture
from rsatalker.training.avatar_discs import discs_on, largest_shown, points_on, spread
from rsatalker.training.avatar_mesh_images import CPU, MeshImage, see_mesh
from rsatalker.training.avatar_photos import Photo, Photos
from rsatalker.training.avatar_views import VIEWS_ASKED, some_views

SAME_SURFACE_M = 0.004  # a point this close behind what a pixel shows is what it shows
WIDTH = 0.5  # standard deviation along the surface, in units of the spacing
FIRST_OPACITY = 0.9


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

    Each triangle counts as large as it is where it is shown largest: a lid, for one, is closed.

    Raises:
        AssetError: No image shows the mesh: cameras and tracking do not fit each other.
    """
    random = np.random.default_rng(seed)
    head, faces = capture.head, capture.head.faces
    asked = some_views(capture.train, VIEWS_ASKED)
    sights = [(photos(view), head(capture.poses[view.timestep])) for view in asked]
    images = [see_mesh(vertices, faces, photo.camera, "auto", device) for photo, vertices in sights]
    shown = [head.neutral_vertices, *(vertices for _, vertices in sights)]
    seen = [np.bincount(image.faces[image.seen], minlength=len(faces)) > 0 for image in images]
    areas, largest_in = largest_shown(shown, faces, seen)
    total = float(areas.sum())
    if total == 0:
        raise AssetError(
            f"none of {len(asked)} images shows the mesh: cameras and tracked poses do not fit each other. Check the "
            "unit (metres) and the axes (OpenGL) of transform_matrix."
        )
    spacing = math.sqrt(total / count)
    face, corners = spread(areas, count, random)
    points = [points_on(vertices, faces, face, corners) for _, vertices in sights]
    colors = _colors([photo for photo, _ in sights], images, points)
    splats = discs_on(
        shown, faces, carriers, face, corners, largest_in[face], np.full(len(face), spacing), WIDTH, colors,
        FIRST_OPACITY, sh_degree,
    )  # fmt: skip
    return Start(splats, spacing)


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

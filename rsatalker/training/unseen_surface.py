"""Surface that no image shows, but somebody in the same room may: the back of the head, the depth of a wide mouth.

Cameras of a capture stand before a person. Without this, who walks behind the avatar looks into a hollow mask and sees
the face from its inside; an eye that turns up or a mouth wider than any that was photographed shows holes. After the
last step such surface gets Gaussians of the colours around it: dark hair goes on around the back of the head, skin down
the neck. What it truly looks like is not known, and no image can be worse for it but by what was a hole before.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Float32, Int32
from scipy.ndimage import minimum_filter
from scipy.sparse import csr_matrix, diags
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import spsolve
from scipy.spatial import KDTree

from rsatalker.avatars.bound_splats import BoundSplats
from rsatalker.avatars.triangle_carriers import CarrierKind, TriangleCarriers
from rsatalker.heads.head import Head
from rsatalker.heads.shape_head import ShapeHead
from rsatalker.motion.pose import FlamePose
from rsatalker.renderers.camera import Camera, look_at
from rsatalker.training.avatar_discs import HARMONIC_0, LEAST_DOUBLE_AREA, discs_on, double_areas, largest_shown, spread
from rsatalker.training.avatar_mesh_images import see_mesh

LEAST_FACING = 0.25  # cosine to the camera; what is seen at a flatter angle only has few pixels to be fitted to
INSTANTS, DIRECTIONS = 6, 24  # that are imagined, each from every direction
EXAGGERATED = 1.4  # how much more of an expression than was photographed
GLANCES_RAD = ((-0.45, 0.0), (0.45, 0.0), (0.0, -0.5), (0.0, 0.5), (-0.2, 0.3), (0.2, -0.3))  # up or down, to a side
AWAY, FOV_RAD, SIZE_PX = 4.0, 0.6, 256  # of imagined cameras: radii of the head, angle and size of the image
COARSER = 1.5  # times the spacing of what is photographed; less where the mesh is fine: eyes, teeth
FINE = 1.5  # spacing in edges of a square as large as a triangle there
SAME_SURFACE_M = 0.002  # so little behind what an image shows, a Gaussian lies on it
REACH, SHRINKINGS = 2.2, 3  # standard deviations at which a Gaussian can still be seen; times that it is made smaller
COLUMNS = ("binding", "centers", "quats", "log_scales", "opacity_logits", "sh")
WIDTH, OPACITY = 0.8, 0.98  # of these Gaussians; their standard deviation in units of the spacing


@dataclass(frozen=True, slots=True)
class Sights:
    """What is seen of a mesh.

    Attributes:
        meshes: One for each sight, metres.
        cameras: That see them.
    """

    meshes: Sequence[Float32[np.ndarray, "V 3"]]
    cameras: Sequence[Camera]

    def facing(self, faces: Int32[np.ndarray, "F 3"]) -> list[Bool[np.ndarray, " F"]]:
        """Return for each sight which triangles it shows from outside, and not too flat."""
        return [_facing(mesh, faces, camera) for mesh, camera in zip(self.meshes, self.cameras, strict=True)]


def cover_unseen(
    head: ShapeHead | Head,
    poses: Sequence[FlamePose],
    photographed: Sights,
    splats: BoundSplats,
    carriers: CarrierKind,
    spacing_m: float,
    seed: int,
) -> BoundSplats:
    """Return the Gaussians, followed by those of surface that no image shows.

    Args:
        head: That they are bound to.
        poses: That were photographed.
        photographed: What the images show.
        splats: As they were fitted.
        carriers: How they follow.
        spacing_m: Between neighbours at the start.
        seed: Of places.
    """
    faces = head.faces
    known = np.any(photographed.facing(faces), axis=0)
    imagined = _imagined(head, poses)
    shown = [head.neutral_vertices, *imagined.meshes]
    unknown = [_with_neighbours(facing, faces) & ~known for facing in imagined.facing(faces)]
    areas, largest_in = largest_shown(shown, faces, unknown)
    spacings = np.minimum(COARSER * spacing_m, FINE * np.sqrt(_area_around(head)))
    wanted = areas / spacings**2
    count = round(float(wanted.sum()))
    shows_colors = known[splats.binding] & (splats.opacities > 0.5)
    if count == 0 or not shows_colors.any():  # a fit that came to nothing has no colours to go on with
        return splats
    face, corners = spread(wanted, count, np.random.default_rng(seed))
    colors = np.einsum("nc,ncd->nd", corners, _colors(head, splats, known)[faces[face]])
    more = discs_on(
        shown, faces, carriers, face, corners, largest_in[face],
        spacings[face], WIDTH, colors, OPACITY, splats.sh_degree,
    )  # fmt: skip
    more = _kept_from_images(more, head, photographed, carriers)
    columns = (np.concatenate([getattr(splats, name), getattr(more, name)]) for name in COLUMNS)
    return BoundSplats(*columns)


def _kept_from_images(
    splats: BoundSplats, head: ShapeHead | Head, photographed: Sights, carriers: CarrierKind
) -> BoundSplats:
    """Return the Gaussians, smaller where they reach into the images, without those that do so however small."""
    for _ in range(SHRINKINGS):
        splats = replace(
            splats, log_scales=splats.log_scales - 0.7 * _reaching(splats, head, photographed, carriers)[:, None]
        )
    kept = ~_reaching(splats, head, photographed, carriers)
    return BoundSplats(*(getattr(splats, name)[kept] for name in COLUMNS))


def _reaching(
    splats: BoundSplats, head: ShapeHead | Head, photographed: Sights, carriers: CarrierKind
) -> Bool[np.ndarray, " N"]:
    """Return which Gaussians show in an image, which has been fitted without them."""
    used, carrier = np.unique(splats.binding, return_inverse=True)
    frames = TriangleCarriers(head.neutral_vertices, head.faces[used], carriers)
    ways = np.concatenate([np.zeros((1, 3)), REACH * np.eye(3), -REACH * np.eye(3)]).T  # to the points that are asked
    found = np.zeros(len(splats), bool)
    for mesh, camera in zip(photographed.meshes, photographed.cameras, strict=True):
        depths = minimum_filter(see_mesh(mesh, head.faces, camera).depths, 3)  # a pixel beyond the rim is forgiven
        frames.follow(mesh)
        axes = frames.axes[carrier]
        means = np.einsum("nij,nj->ni", axes, splats.centers) + frames.origins[carrier]
        points = means[:, :, None] + (axes @ splats.factors) @ ways
        x, y, z = (
            np.moveaxis(np.einsum("ij,njk->nik", camera.camera_from_world[:3, :3], points), 1, 0)
            + (camera.camera_from_world[:3, 3, None, None])
        )
        ahead = np.where(z > camera.near, z, 1)
        column = np.floor(x / ahead * camera.K[0, 0] + camera.K[0, 2]).astype(int)
        row = np.floor(y / ahead * camera.K[1, 1] + camera.K[1, 2]).astype(int)
        inside = (z > camera.near) & (column >= 0) & (column < camera.width) & (row >= 0) & (row < camera.height)
        shown = depths[np.where(inside, row, 0), np.where(inside, column, 0)]
        found |= (inside & (z < shown + SAME_SURFACE_M)).any(1)
    return found


def _imagined(head: ShapeHead | Head, poses: Sequence[FlamePose]) -> Sights:
    """Return the head with stronger expressions and other glances than were photographed, from all around."""
    meshes: list[Float32[np.ndarray, "V 3"]] = []
    cameras: list[Camera] = []
    for number, index in enumerate(np.linspace(0, len(poses) - 1, INSTANTS).round().astype(int)):
        pose = poses[index]
        up, side = GLANCES_RAD[number % len(GLANCES_RAD)]
        more = np.float32(EXAGGERATED)
        eyes = np.array([up, side, 0, up, side, 0], np.float32)
        wider = replace(pose, expression=pose.expression * more, jaw_pose=pose.jaw_pose * more, eye_pose=eyes)
        mesh = head(wider)
        middle = (mesh.min(0) + mesh.max(0)) / 2
        radius = float(np.linalg.norm(mesh - middle, axis=1).max())
        for direction in _directions(DIRECTIONS):
            place = (middle + AWAY * radius * direction).astype(np.float32)
            meshes.append(mesh)
            cameras.append(look_at(place, middle, vertical_fov_rad=FOV_RAD, width=SIZE_PX, height=SIZE_PX))
    return Sights(meshes, cameras)


def _directions(count: int) -> Float[np.ndarray, "D 3"]:
    """Return directions that are even over the sphere: a spiral, none of them straight up."""
    height = 1 - (2 * np.arange(count) + 1) / count
    around = np.arange(count) * math.pi * (3 - math.sqrt(5))
    flat = np.sqrt(1 - height**2)
    return np.stack([flat * np.cos(around), height, flat * np.sin(around)], 1)


def _facing(vertices: Float32[np.ndarray, "V 3"], faces: Int32[np.ndarray, "F 3"], camera: Camera) -> np.ndarray:
    image = see_mesh(vertices, faces, camera)
    shown = np.unique(image.faces[image.seen])
    corners = vertices[faces[shown]].astype(np.float64)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    towards = camera.position - corners.mean(1)
    lengths = np.linalg.norm(normals, axis=1) * np.linalg.norm(towards, axis=1)
    found = np.zeros(len(faces), bool)
    found[shown[(normals * towards).sum(1) > LEAST_FACING * lengths]] = True
    return found


def _with_neighbours(chosen: Bool[np.ndarray, " F"], faces: Int32[np.ndarray, "F 3"]) -> Bool[np.ndarray, " F"]:
    """Return the triangles that share a corner with one that is chosen: smaller ones fall between the pixels."""
    touched = np.zeros(faces.max() + 1, bool)
    touched[faces[chosen]] = True
    return np.any(touched[faces], axis=1).reshape(len(faces))


def _area_around(head: ShapeHead | Head) -> Float[np.ndarray, " F"]:
    """Return the mean area of each triangle and those that share a corner with it, at rest, square metres."""
    faces, sums = head.faces, np.zeros((len(head.neutral_vertices), 2))
    areas = double_areas(head.neutral_vertices, faces) / 2
    for corner in range(3):
        np.add.at(sums, faces[:, corner], np.stack([areas, np.ones(len(faces))], 1))
    return np.maximum(sums[faces, 0].sum(1) / sums[faces, 1].sum(1), LEAST_DOUBLE_AREA)


def _colors(head: ShapeHead | Head, splats: BoundSplats, known: Bool[np.ndarray, " F"]) -> Float[np.ndarray, "V 3"]:
    """Return sRGB of every vertex: that of the Gaussians around it, or between those of the nearest that have some."""
    faces, count = head.faces, len(head.neutral_vertices)
    trusted = known[splats.binding]
    sums = np.zeros((count, 4))
    weights = splats.opacities[trusted, None].astype(np.float64)
    shown = np.clip(splats.sh[trusted, 0] * HARMONIC_0 + 0.5, 0, 1)
    for corner in range(3):
        np.add.at(sums, faces[splats.binding[trusted], corner], np.concatenate([shown * weights, weights], 1))
    given = sums[:, 3] > 0.5
    colors = sums[:, :3] / np.maximum(sums[:, 3:], 1e-9)
    edges = _adjacency(faces, count)
    pieces, piece = connected_components(edges, directed=False)
    reached = np.bincount(piece[given], minlength=pieces) > 0
    alone = ~given & ~reached[piece]  # a tooth that no image shows, or a vertex of no triangle
    colors[alone] = colors[given][KDTree(head.neutral_vertices[given]).query(head.neutral_vertices[alone])[1]]
    asked = ~given & ~alone
    if asked.any():  # each the mean of its neighbours
        degree = np.asarray(edges.sum(1)).ravel()
        rows: Any = (diags(degree) - edges).tocsr()[asked]
        between: Any = spsolve(rows[:, asked].tocsc(), -rows[:, ~asked] @ colors[~asked])
        colors[asked] = between
    return colors


def _adjacency(faces: Int32[np.ndarray, "F 3"], count: int) -> csr_matrix:
    """Return 1 for vertices that share an edge."""
    ends = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    ends = np.concatenate([ends, ends[:, ::-1]])
    once = np.unique(ends, axis=0)
    return csr_matrix((np.ones(len(once)), (once[:, 0], once[:, 1])), (count, count))

"""What shows of a head that should not: eyeballs through closed lids, skin from behind, lips apart."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32, Int

from rsatalker.heads.head import Head
from rsatalker.heads.regions import Region
from rsatalker.motion.pose import FlamePose
from rsatalker.renderers.camera import Camera, look_at
from rsatalker.training.avatar_mesh_images import see_mesh

SKIN = (Region.FACE, Region.EAR, Region.NECK, Region.SCALP)  # whose inside nobody may see
VIEWS_DEG = ((0, 0), (-35, 0), (35, 0), (0, 20), (0, -20))  # azimuth and elevation of who looks
DISTANCE_M = 0.7
FIELD_OF_VIEW_RAD = 0.36
SIZE_PX = 256
LEAST_AREA_PX = 2  # a sliver of one pixel at a fold's rim is rounding


def views(head: Head) -> list[Camera]:
    """Return the cameras that look at the face from five sides."""
    target = head.eye_centers.mean(0) - np.array([0, 0.03, 0.02], np.float32)
    cameras: list[Camera] = []
    for azimuth, elevation in np.deg2rad(VIEWS_DEG):
        toward = np.array([np.sin(azimuth) * np.cos(elevation), np.sin(elevation), np.cos(azimuth) * np.cos(elevation)])
        position = (target + DISTANCE_M * toward).astype(np.float32)
        camera = look_at(position, target, vertical_fov_rad=FIELD_OF_VIEW_RAD, width=SIZE_PX, height=SIZE_PX)
        cameras.append(camera)
    return cameras


def eyeball_pixels(head: Head, pose: FlamePose) -> int:
    """Return how many pixels show an eyeball, all views together."""
    regions = face_regions(head)
    return sum(int((regions[found] == Region.EYEBALL).sum()) for found, _ in _seen(head, head(pose)))


def inverted_pixels(head: Head, pose: FlamePose) -> int:
    """Return how many pixels show skin from behind, all views together; slivers are left out."""
    vertices, regions = head(pose), face_regions(head)
    total = 0
    for found, camera in _seen(head, vertices):
        a, b, c = (vertices[head.faces[found, corner]] for corner in range(3))
        behind = np.einsum("pd,pd->p", np.cross(b - a, c - a), a - camera.position) > 0
        faces, pixels = np.unique(found[behind & np.isin(regions[found], SKIN)], return_counts=True)
        total += int(pixels[pixels >= LEAST_AREA_PX].sum()) if len(faces) else 0
    return total


def lip_gap_mm(head: Head, pose: FlamePose) -> float:
    """Return the widest gap between points of both lips that touch when the mouth is closed."""
    vertices, (upper, lower) = head(pose), head.lip_contact
    return float(np.linalg.norm(vertices[upper] - vertices[lower], axis=1).max() * 1e3)


def face_regions(head: Head) -> Int[np.ndarray, " F"]:
    """Return the region of every triangle; i and i + Q are the halves of quad i."""
    return np.concatenate([head.quad_region, head.quad_region]).astype(np.int64)


def _seen(head: Head, vertices: Float32[np.ndarray, "V 3"]) -> list[tuple[Int[np.ndarray, " P"], Camera]]:
    """Return, for every view, the triangle of each pixel that shows the head."""
    found: list[tuple[Int[np.ndarray, " P"], Camera]] = []
    for camera in views(head):
        image = see_mesh(vertices, head.faces, camera)
        found.append((image.faces[image.seen], camera))
    return found

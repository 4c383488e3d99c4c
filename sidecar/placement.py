"""Where two heads stand and from where they are seen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32

from rsatalker.renderers.camera import Camera, fit_camera, frustum_tangents
from sidecar.regions.blocks import View

DISTANCE_M = 1.2  # between the two heads: people who know each other talk at 0.5 to 1.2 m (Hall 1966)
TOWARDS_PARTNER = 0.7  # of the quarter turn that would show both in profile: a third person still sees both faces
VIEWER_DISTANCE_M = 0.9  # from the default eye to a face: a portrait without distortion
EYE_DISTANCE_M = 0.063  # between a viewer's eyes: the human mean
CLOSEST = 1.05  # in radii of the head: an eye that is nearer, or inside the head, sees it from there
STIFFNESS = 0.02  # how far R R^T of a rigid transform may be from the identity
LOOK_ROUND = 0.27  # tangent of 15 degrees: so far a quick head turns in the 70 ms between two idle frames
FARTHEST_M = 1e5  # from the origin: beyond it float32 metres are coarser than a centimetre

Anchor = Float32[np.ndarray, "4 4"]
Sphere = tuple[Float32[np.ndarray, "3"], float]  # centre in the head's own space and radius, metres


def world_from_heads(distance_m: float = DISTANCE_M) -> Float32[np.ndarray, "2 4 4"]:
    """Return where a and b stand by default: a at -x, b at +x, turned towards each other and a little to +z."""
    yaw = TOWARDS_PARTNER * np.pi / 2
    placed = np.stack([_turned(yaw), _turned(-yaw)])
    placed[0, 0, 3] = -distance_m / 2
    placed[1, 0, 3] = distance_m / 2
    return placed


def is_rigid(matrix: Float32[np.ndarray, "4 4"]) -> bool:
    """Return whether a matrix is a rotation and a shift, as the place of a head or of an eye must be."""
    rotation = matrix[:3, :3].astype(np.float64)
    return (
        bool((np.abs(matrix) < FARTHEST_M).all())
        and np.array_equal(matrix[3], [0, 0, 0, 1])
        and bool(np.abs(rotation @ rotation.T - np.eye(3)).max() < STIFFNESS)
        and bool(np.linalg.det(rotation) > 0)
    )


def default_eyes(world_from_head: Anchor, sphere: Sphere, count: int) -> list[Float32[np.ndarray, "3"]]:
    """Return one or two eyes of a viewer straight in front of a face."""
    center = sphere[0]
    sides = (0.0,) if count == 1 else (-EYE_DISTANCE_M / 2, EYE_DISTANCE_M / 2)  # the viewer's left is the head's right
    return [moved(world_from_head, center + np.array([side, 0, VIEWER_DISTANCE_M], np.float32)) for side in sides]


def eyes_for_layers(eyes: Sequence[Float32[np.ndarray, "3"]], layers: int) -> list[Float32[np.ndarray, "3"]]:
    """Return one eye for each layer: the middle of two for one layer, the same one twice for two."""
    if len(eyes) == layers:
        return list(eyes)
    return [np.mean(eyes, axis=0).astype(np.float32)] * layers


def is_in_view(views: Sequence[View], center: Float32[np.ndarray, "3"], radius_m: float) -> bool:
    """Return whether any eye sees a sphere, or could within a moment; an eye without a frustum sees everything."""
    for view in views:
        left, right, down, up = (float(tangent) for tangent in view.tangents)
        if left + right <= 0 or down + up <= 0:
            return True
        x, y, z = view.camera_from_world[:3, :3] @ center + view.camera_from_world[:3, 3]
        reach_m = radius_m + LOOK_ROUND * float(np.linalg.norm((x, y, z)))
        inside = (
            z,
            (x + left * z) / np.hypot(1, left),
            (right * z - x) / np.hypot(1, right),
            (down * z - y) / np.hypot(1, down),
            (y + up * z) / np.hypot(1, up),
        )
        if min(inside) > -reach_m:
            return True
    return False


def camera_at(
    eye: Float32[np.ndarray, "3"], world_from_head: Anchor, sphere: Sphere, width: int, height: int
) -> Camera:
    """Return the camera of an eye whose frustum just holds a head."""
    center, radius_m = moved(world_from_head, sphere[0]), sphere[1]
    away = eye - center
    distance = float(np.linalg.norm(away))
    if distance < CLOSEST * radius_m:
        direction = away / distance if distance > 0 else world_from_head[:3, 2]
        eye = (center + direction * np.float32(CLOSEST * radius_m)).astype(np.float32)
    return fit_camera(eye, center, radius_m, width, height)


def view_of(camera: Camera, world_from_head: Anchor, sphere: Sphere) -> View:
    """Return a camera as it is written beside its frame."""
    center = moved(world_from_head, sphere[0])
    depth = float((camera.camera_from_world[:3, :3] @ center + camera.camera_from_world[:3, 3])[2])
    return View(
        camera.camera_from_world,
        np.array(frustum_tangents(camera), np.float32),
        camera.near,
        depth + 2 * sphere[1],  # hair and shoulders may leave the sphere
    )


def moved(transform: Anchor, point: Float32[np.ndarray, "3"]) -> Float32[np.ndarray, "3"]:
    """Return a point of a head's own space in the world."""
    return (transform[:3, :3] @ point + transform[:3, 3]).astype(np.float32)


def _turned(yaw_rad: float) -> Anchor:
    cosine, sine = np.cos(yaw_rad), np.sin(yaw_rad)
    rotation = np.eye(4, dtype=np.float32)
    rotation[0, 0], rotation[0, 2], rotation[2, 0], rotation[2, 2] = cosine, sine, -sine, cosine
    return rotation

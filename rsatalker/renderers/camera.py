"""Cameras: where an eye is and what it sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

WORLD_UP = np.array([0, 1, 0], np.float32)
FIT_MARGIN = 1.1  # how much wider than a head's sphere its image is: hair moves
FINE_PIXEL_M = 1.4e-3  # on a head; what is drawn is never finer than this by oversampling: the size of a surfel
MOST_OVERSAMPLING = 4  # 5 mm of a head in a pixel; nobody sees more than that from so far
PIXEL_STEP = 16  # sizes are multiples of the renderers' tile, and do not change with every millimetre
LEAST_PIXELS = 64  # a head at the end of a hall; smaller images save nothing


@dataclass(frozen=True, slots=True)
class Camera:
    """A pinhole camera in OpenCV axes: x right, y down, z forward.

    Attributes:
        camera_from_world: Rigid transform, row-major 4 x 4.
        K: Intrinsics fx, 0, cx; 0, fy, cy; 0, 0, 1 in pixels; the centre of the first pixel is (0.5, 0.5).
        width: Pixels.
        height: Pixels.
        near: Nearest depth that is drawn, metres.
        oversampling: Each pixel is the mean of this many, squared; see `oversampling.py`.
    """

    camera_from_world: Float32[np.ndarray, "4 4"]
    K: Float32[np.ndarray, "3 3"]
    width: int
    height: int
    near: float = 0.01
    oversampling: int = 1

    @property
    def position(self) -> Float32[np.ndarray, "3"]:
        """Centre of projection in world space, metres."""
        rotation = self.camera_from_world[:3, :3]
        return -rotation.T @ self.camera_from_world[:3, 3]


def look_at(
    position: Float32[np.ndarray, "3"],
    target: Float32[np.ndarray, "3"],
    up: Float32[np.ndarray, "3"] = WORLD_UP,
    vertical_fov_rad: float = 0.5,
    width: int = 512,
    height: int = 512,
) -> Camera:
    """Return a camera at a place that has the target in the middle of its image.

    Args:
        position: World space, metres.
        target: World space, metres.
        up: The direction that is up in the image; not along the view.
        vertical_fov_rad: Full angle from the lower to the upper edge.
        width: Pixels.
        height: Pixels.

    Raises:
        ValueError: Target and position are one point, or `up` lies along the view.
    """
    focal = height / (2 * np.tan(vertical_fov_rad / 2))
    K = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]], np.float32)
    return Camera(_rigid(_view_axes(position, target, up), position), K, width, height)


def fit_camera(
    eye_position: Float32[np.ndarray, "3"],
    sphere_center: Float32[np.ndarray, "3"],
    sphere_radius_m: float,
    width: int,
    height: int,
    margin: float = FIT_MARGIN,
    view_axes: Float32[np.ndarray, "3 3"] | None = None,
    oversampling: int | None = None,
) -> Camera:
    """Return the camera of an eye whose image just holds a sphere.

    Args:
        eye_position: World space, metres.
        sphere_center: World space, metres.
        sphere_radius_m: Metres.
        width: Pixels.
        height: Pixels.
        margin: How much wider than the sphere the image is, at least 1.
        view_axes: Right, down and forward of the image as rows, in world space: the frustum is then off-axis, as for
            an engine's eye whose image plane is given. Without it the camera turns to the sphere's centre.
        oversampling: See `Camera`; None for as much as a head of this size in pixels needs.

    Raises:
        ValueError: The eye is inside the sphere, or a given view does not have the whole sphere before it.
    """
    offset = sphere_center - eye_position
    distance = float(np.linalg.norm(offset))
    if distance <= sphere_radius_m:
        raise ValueError(
            f"the eye is {distance:.3f} m from the centre of a sphere of {sphere_radius_m:.3f} m: it must be outside. "
            "Hide the head, or keep the eye farther away."
        )
    if view_axes is None:
        up = WORLD_UP if abs(offset[1]) < 0.999 * distance else np.array([0, 0, -1], np.float32)
        view_axes = _view_axes(eye_position, sphere_center, up)
    center = view_axes @ offset
    left, right = _edges(float(center[0]), float(center[2]), sphere_radius_m)
    top, bottom = _edges(float(center[1]), float(center[2]), sphere_radius_m)
    focal = min(width / (right - left), height / (bottom - top)) / margin
    cx = width / 2 - focal * (left + right) / 2
    cy = height / 2 - focal * (top + bottom) / 2
    K = np.array([[focal, 0, cx], [0, focal, cy], [0, 0, 1]], np.float32)
    near = max(0.01, (distance - sphere_radius_m) / 2)  # half way, for hair that leaves the sphere
    if oversampling is None:
        pixel_m = float(center[2]) / focal
        oversampling = min(max(int(pixel_m / FINE_PIXEL_M), 1), MOST_OVERSAMPLING)
    return Camera(_rigid(view_axes, eye_position), K, width, height, near, oversampling)


def deserved_pixels(
    distance_m: float,
    sphere_radius_m: float,
    pixels_per_radian: float,
    margin: float = FIT_MARGIN,
    most_pixels: int = 2048,
) -> int:
    """Return how wide and high a head's image must be so that the headset shows no pixel of it larger than its own.

    Resolution by angular size: half the distance, twice the pixels. An image of less is seen as blurred, one of more is
    work for nothing. To draw a head with a share of that, when time runs short, scale `pixels_per_radian`.

    Args:
        distance_m: From the eye to the sphere's centre; inside the sphere counts as on it.
        sphere_radius_m: Of the sphere that holds the head.
        pixels_per_radian: The headset's, in the middle of its view: 57.3 x pixels per degree (Quest 3: about 1430).
        margin: As in `fit_camera`.
        most_pixels: Upper bound, such as the size of the image's memory.

    Raises:
        ValueError: A length or the headset's resolution is not above 0.
    """
    if not (distance_m > 0 and sphere_radius_m > 0 and pixels_per_radian > 0):
        raise ValueError(
            f"a head of {sphere_radius_m} m at {distance_m} m, seen at {pixels_per_radian} pixels per radian, has no "
            "size in pixels; all three must be above 0."
        )
    sine = min(sphere_radius_m / distance_m, 0.999)
    slope = sine / np.sqrt(1 - sine * sine)  # of the cone that touches the sphere
    wanted = 2 * margin * slope * pixels_per_radian
    steps = int(np.ceil(min(wanted, most_pixels) / PIXEL_STEP))
    return min(max(steps * PIXEL_STEP, LEAST_PIXELS), most_pixels)


def frustum_tangents(camera: Camera) -> tuple[float, float, float, float]:
    """Return the tangents of the angles to the left, right, lower and upper edge.

    All are positive where the optical axis is inside the image; an off-axis frustum can have negative ones.
    """
    fx, fy, cx, cy = (float(v) for v in (camera.K[0, 0], camera.K[1, 1], camera.K[0, 2], camera.K[1, 2]))
    return cx / fx, (camera.width - cx) / fx, (camera.height - cy) / fy, cy / fy


def _view_axes(
    position: Float32[np.ndarray, "3"], target: Float32[np.ndarray, "3"], up: Float32[np.ndarray, "3"]
) -> Float32[np.ndarray, "3 3"]:
    """Return right, down and forward of a view as rows."""
    forward = (target - position).astype(np.float64)
    right = np.cross(forward, up)
    if not (np.linalg.norm(forward) > 0 and np.linalg.norm(right) > 1e-6 * np.linalg.norm(forward)):
        raise ValueError(f"a view from {position} to {target} with up {up} has no direction; move one of them.")
    forward /= np.linalg.norm(forward)
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(forward, right), forward]).astype(np.float32)


def _rigid(axes: Float32[np.ndarray, "3 3"], position: Float32[np.ndarray, "3"]) -> Float32[np.ndarray, "4 4"]:
    """Return camera_from_world of a view from a position."""
    camera_from_world = np.eye(4, dtype=np.float32)
    camera_from_world[:3, :3] = axes
    camera_from_world[:3, 3] = -axes @ position
    return camera_from_world


def _edges(across: float, ahead: float, radius: float) -> tuple[float, float]:
    """Return the slopes of the two tangents from the origin to a circle.

    Raises:
        ValueError: A part of the circle is beside or behind the origin.
    """
    direction = np.arctan2(across, ahead)
    half_width = np.arcsin(min(radius / np.hypot(across, ahead), 1.0))
    if not abs(direction) + half_width < np.pi / 2:
        raise ValueError("a part of the sphere is beside or behind the eye; turn the view towards it.")
    return float(np.tan(direction - half_width)), float(np.tan(direction + half_width))

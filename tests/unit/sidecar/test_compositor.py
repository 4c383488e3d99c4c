"""The reference compositor against a scene whose truth is known: a ball in front of a camera that moves."""

from collections.abc import Callable

import numpy as np
import pytest

from rsatalker.renderers.camera import Camera, fit_camera, look_at
from sidecar.compositor import EyeImage, Picture, TexelMap, card_texels, grid_texels, unprojected
from sidecar.placement import view_of

pytestmark = pytest.mark.unit

RADIUS_M = 0.1  # as a face
CENTER = np.zeros(3, np.float32)
FOCAL_PX = 1146.0  # 20 pixels a degree, as in a headset
STALE_M = 0.0084  # 28 ms at 0.3 m/s
Way = Callable[[EyeImage, Camera], TexelMap]
WAYS: tuple[Way, Way] = (card_texels, grid_texels)


def ball(camera: Camera, center: np.ndarray = CENTER, color: tuple[int, ...] = (200, 0, 0, 255)) -> EyeImage:
    """Return the exact picture of a ball."""
    x, y = np.meshgrid(np.arange(camera.width) + 0.5, np.arange(camera.height) + 0.5)
    rays = np.stack([x, y, np.ones_like(x)], -1) @ np.linalg.inv(camera.K.astype(np.float64)).T
    middle = camera.camera_from_world[:3, :3] @ center + camera.camera_from_world[:3, 3]
    along, square = rays @ middle, (rays**2).sum(-1)
    inside = along**2 - square * (middle @ middle - RADIUS_M**2)
    hit = inside > 0
    depths = np.where(hit, (along - np.sqrt(np.where(hit, inside, 0))) / square, 0).astype(np.float32)
    colors = np.where(hit[..., None], np.array(color, np.uint8), 0).astype(np.uint8)
    anchor = np.eye(4, dtype=np.float32)
    anchor[:3, 3] = center
    return EyeImage(colors, depths, view_of(camera, anchor, (np.zeros(3, np.float32), RADIUS_M)), anchor[:3, 3])


def frame_camera(distance_m: float, center: np.ndarray = CENTER) -> Camera:
    return fit_camera(np.array([0, 0, distance_m], np.float32), center, 1.2 * RADIUS_M, 512, 512)


def display_camera(position: np.ndarray, target: np.ndarray = CENTER, size: int = 400) -> Camera:
    return look_at(
        position.astype(np.float32),
        target,
        vertical_fov_rad=2 * np.arctan(size / 2 / FOCAL_PX),
        width=size,
        height=size,
    )


def errors_px(image: EyeImage, camera: Camera, texels: TexelMap) -> np.ndarray:
    """Return how far from its true place each pixel shows a point of the ball, where both show one."""
    truth = ball(camera)
    x, y = np.meshgrid(np.arange(camera.width) + 0.5, np.arange(camera.height) + 0.5)
    places = unprojected(truth, x, y, truth.depths.astype(np.float64))
    seen = places @ image.view.camera_from_world[:3, :3].T.astype(np.float64) + image.view.camera_from_world[:3, 3]
    wanted = seen @ image.K.T
    rim = np.abs(((places - CENTER) / RADIUS_M) @ (camera.position / np.linalg.norm(camera.position))) < 0.35
    both = (truth.depths > 0) & ~np.isnan(texels.u) & ~rim  # seen so flatly, depths between two pixels say little
    u, v = (wanted[both, :2] / wanted[both, 2:]).T
    return np.hypot(texels.u[both] - u, texels.v[both] - v) * float(camera.K[0, 0]) / image.K[0, 0]


@pytest.mark.parametrize("way", WAYS)
def test_image_for_the_eye_itself_comes_back(way: Way):
    camera = frame_camera(0.8)
    picture, image = Picture(camera), ball(camera)
    picture.put(image, way(image, camera))
    assert np.abs(picture.colors - image.colors / 255).mean() < 0.004  # of the rim, half a pixel wide
    assert errors_px(image, camera, way(image, camera)).max() < 0.1


@pytest.mark.parametrize("way", WAYS)
def test_turn_of_the_eye_costs_nothing(way: Way):
    image = ball(frame_camera(0.8))
    turned = display_camera(np.array([0, 0, 0.8]), np.array([0.03, 0.02, 0.0], np.float32))
    assert errors_px(image, turned, way(image, turned)).max() < 0.1


@pytest.mark.parametrize("distance_m", [0.5, 0.8, 1.5, 3.0])
def test_card_is_off_by_the_parallax_against_its_plane(distance_m: float):
    image = ball(frame_camera(distance_m))
    moved = display_camera(np.array([STALE_M, 0, distance_m]))
    worst = FOCAL_PX * STALE_M * (1 / (distance_m - RADIUS_M) - 1 / distance_m)
    assert errors_px(image, moved, card_texels(image, moved)).max() == pytest.approx(worst, rel=0.1)


@pytest.mark.parametrize("distance_m", [0.5, 0.8, 1.5, 3.0])
def test_depth_grid_is_right_to_a_quarter_of_a_pixel(distance_m: float):
    image = ball(frame_camera(distance_m))
    moved = display_camera(np.array([STALE_M, 0, distance_m]))
    errors = errors_px(image, moved, grid_texels(image, moved))
    assert np.percentile(errors, 95) < 0.25
    assert errors.max() < 0.5


@pytest.mark.parametrize("way", WAYS)
def test_depth_of_a_fragment_is_the_depth_of_what_it_shows(way: Way):
    image = ball(frame_camera(0.8))
    moved = display_camera(np.array([STALE_M, 0, 0.75]))
    truth, shown = ball(moved).depths, way(image, moved).depths
    both = (truth > 0) & (truth < 0.72) & ~np.isnan(shown)
    assert np.abs(shown - truth)[both].max() < 0.006
    assert both.sum() > 5000


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_nearer_head_hides_the_farther_one_in_either_order(way: Way, order: tuple[int, int]):
    near, far = np.array([0.05, 0, 0.2], np.float32), np.array([-0.02, 0, -0.2], np.float32)
    images = [
        ball(frame_camera(1.0, near), near, (200, 0, 0, 255)),
        ball(frame_camera(1.0, far), far, (0, 200, 0, 255)),
    ]
    camera = display_camera(np.array([0, 0, 1.0]))
    picture = Picture(camera)
    for index in order:
        picture.put(images[index], way(images[index], camera))
    shared = (ball(camera, near).depths > 0) & (ball(camera, far).depths > 0)
    assert shared.sum() > 1000
    is_red = picture.colors[..., 0] > 0.7
    assert is_red[shared].mean() > 0.98
    assert (picture.colors[..., 1] > 0.7).sum() > 1000


def test_half_transparent_pixels_show_what_is_behind():
    camera = frame_camera(0.8)
    behind = ball(frame_camera(0.8, np.array([0, 0, -0.3], np.float32)), np.array([0, 0, -0.3], np.float32))
    glass = ball(camera, color=(0, 0, 60, 60))
    picture = Picture(camera)
    for image in (behind, glass):
        picture.put(image, card_texels(image, camera))
    np.testing.assert_allclose(picture.colors[256, 256], [200 / 255 * (1 - 60 / 255), 0, 60 / 255, 1], atol=0.01)
    assert picture.depths[256, 256] == pytest.approx(1.0, abs=0.01)  # of what is solid

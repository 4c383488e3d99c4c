"""What two eyes see: a point on which side and how far apart, and one surface by either eye's depth."""

from types import SimpleNamespace

import numpy as np
import pytest

from rsatalker.renderers.camera import Camera, deserved_pixels, fit_camera
from rsatalker.renderers.cpu import CpuRenderer

pytestmark = pytest.mark.unit
EYE_DISTANCE_M, RADIUS_M = 0.063, 0.2
AHEAD = np.array([[1, 0, 0], [0, -1, 0], [0, 0, -1]], np.float32)  # both eyes look along -z, as a headset's do
QUEST_3 = 1430.0  # pixels per radian


def eyes(distance_m: float, view_axes: np.ndarray | None = AHEAD) -> list[Camera]:
    """Return the left and the right eye of someone who looks at a head from a little above and beside it."""
    size = deserved_pixels(distance_m, RADIUS_M, QUEST_3, most_pixels=1024)
    places = [np.array([0.05 + side * EYE_DISTANCE_M / 2, 0.03, distance_m], np.float32) for side in (-1, 1)]
    return [fit_camera(place, np.zeros(3, np.float32), RADIUS_M, size, size, view_axes=view_axes) for place in places]


def spots(colors: np.ndarray) -> np.ndarray:
    """Return where the middle of what was drawn lies in each image, pixels."""
    weights = colors[..., 3].astype(np.float64)
    rows, columns = np.indices(weights.shape[1:]) + 0.5
    return np.array([[(w * columns).sum(), (w * rows).sum()] / w.sum() for w in weights])


@pytest.mark.parametrize("distance_m", [0.4, 0.8, 8.0])
def test_eyes_see_a_point_as_far_away_as_depth_says(cpu: CpuRenderer, scene: SimpleNamespace, distance_m: float):
    point, cameras = (0.02, -0.03, 0.08), eyes(distance_m)
    colors, depths = scene.images(2, cameras[0].width, cameras[0].height)
    cpu.render(scene.one_gaussian(point, sigma_m=2e-3 * max(distance_m, 1)), cameras, colors, depths)
    left, right = (  # slopes of the rays: each frustum fits the head in its own way
        (spot - camera.K[:2, 2]) / camera.K[0, 0] for spot, camera in zip(spots(colors), cameras, strict=True)
    )
    assert cameras[0].K[0, 2] != cameras[1].K[0, 2]  # both are off-axis, each to its own side
    disparity = left[0] - right[0]
    assert disparity > 0  # what is near lies farther right in the left eye
    assert EYE_DISTANCE_M / disparity == pytest.approx(distance_m - point[2], rel=0.01)
    assert left[1] == pytest.approx(right[1], rel=0.01)  # no eye has to look up
    assert depths[depths > 0].mean() == pytest.approx(distance_m - point[2], rel=1e-3)


@pytest.mark.parametrize("distance_m", [0.4, 8.0])
@pytest.mark.parametrize("view_axes", [AHEAD, None], ids=["parallel", "turned to the head"])
def test_eyes_see_one_surface(
    cpu: CpuRenderer, scene: SimpleNamespace, distance_m: float, view_axes: np.ndarray | None
):
    cameras = eyes(distance_m, view_axes)
    size = cameras[0].width
    colors, depths = scene.images(2, size, size)
    head = scene.head(6000)
    head.opacities[:] = 0.995
    cpu.render(head, cameras, colors, depths)
    solid = colors[..., 3] > 250
    for one, other in ((0, 1), (1, 0)):
        rows, columns = np.nonzero(solid[one])
        pixels = np.stack([columns + 0.5, rows + 0.5, np.ones(len(rows))]) * depths[one, rows, columns]
        camera, across = cameras[one].camera_from_world, cameras[other]
        world = camera[:3, :3].T @ (np.linalg.inv(cameras[one].K) @ pixels - camera[:3, 3:])
        column, row, depth = across.K @ (across.camera_from_world[:3, :3] @ world + across.camera_from_world[:3, 3:])
        place = (row / depth).astype(int), (column / depth).astype(int)
        assert solid[other][place].mean() > 0.95
        assert np.median(np.abs(depths[other][place] - depth)) < 0.002  # metres, of surfels of 4 mm

from types import SimpleNamespace

import numpy as np
import pytest

from rsatalker.avatars.gaussians import Gaussians
from rsatalker.renderers.camera import Camera, fit_camera
from rsatalker.renderers.cpu import CpuRenderer
from rsatalker.renderers.oversampling import enlarged, shrink
from rsatalker.renderers.reference import ReferenceRenderer

pytestmark = pytest.mark.unit

CENTER = np.zeros(3, np.float32)


def far_camera(oversampling: int | None, distance_m: float = 8.0, size: int = 64) -> Camera:
    eye = np.array([0, 0, distance_m], np.float32)
    return fit_camera(eye, CENTER, 0.15, size, size, oversampling=oversampling)


def eye_behind_lids() -> Gaussians:
    """Return a white wall, and before it a dark one that leaves a slit of 16 mm; both of surfels of 1 mm."""
    x, y = (np.arange(-60, 61, 2) * 1e-3 for _ in range(2))
    grid = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
    lids = grid[np.abs(grid[:, 1]) >= 8e-3]
    means = np.concatenate([np.insert(grid, 2, 0.0, 1), np.insert(lids, 2, 0.01, 1)]).astype(np.float32)
    count = len(means)
    covariances = np.tile(np.array([1e-6, 0, 0, 1e-6, 0, 1e-8], np.float32), (count, 1))
    colors = np.where(np.arange(count)[:, None] < len(grid), 1.0, 0.0) * np.ones(3)
    return Gaussians(
        means, covariances, np.full(count, 0.99, np.float32), colors.astype(np.float32), np.zeros(count, np.uint8)
    )


@pytest.mark.parametrize(("distance_m", "size", "expected"), [(1.0, 512, 1), (3.0, 240, 1), (8.0, 64, 3), (8.0, 16, 4)])
def test_fit_camera_oversamples_heads_of_few_pixels(distance_m: float, size: int, expected: int):
    assert far_camera(None, distance_m, size).oversampling == expected


def test_enlarged_camera_sees_the_same():
    camera = far_camera(3)
    large = enlarged(camera)
    assert (large.width, large.height, large.oversampling) == (192, 192, 1)
    np.testing.assert_allclose(large.K, camera.K * [[3], [3], [1]])


def test_oversampling_keeps_open_what_small_surfels_would_grow_over(cpu: CpuRenderer, scene: SimpleNamespace):
    def brightness_of_the_slit(oversampling: int) -> float:
        colors, depths = scene.images(width=64, height=64)
        cpu.render(eye_behind_lids(), [far_camera(oversampling)], colors, depths)
        return float(colors[0, 24:40, 28:36, 0].sum() / 8 / 255)  # rows of white

    expected = 16e-3 / (2 * 0.15 * 1.1 / 64)  # the slit, in pixels
    assert brightness_of_the_slit(4) == pytest.approx(expected, rel=0.35)
    assert brightness_of_the_slit(1) < 0.5 * brightness_of_the_slit(4)


def test_cpu_and_reference_oversample_alike(cpu: CpuRenderer, scene: SimpleNamespace):
    gaussians, camera = scene.head(400, antialiased=0.5), far_camera(2)
    expected, found = scene.images(width=64, height=64), scene.images(width=64, height=64)
    ReferenceRenderer().render(gaussians, [camera], *expected)
    cpu.render(gaussians, [camera], *found)
    assert scene.psnr_db(found[0], expected[0], peak=255) >= 55
    np.testing.assert_array_equal(found[1] > 0, found[0][..., 3] > 0)


def test_shrink_weighs_depths_by_alpha():
    colors = np.zeros((1, 2, 4, 4), np.uint8)
    colors[0, 0, 0], colors[0, 1, 1] = 200, 100
    depths = np.where(colors[..., 3] == 200, 2, 5).astype(np.float32)
    small_colors, small_depths = np.empty((1, 1, 2, 4), np.uint8), np.empty((1, 1, 2), np.float32)
    shrink(colors, depths, 2, small_colors, small_depths)
    assert small_colors[0, 0, :, 3].tolist() == [75, 0]
    assert small_depths[0, 0].tolist() == [3, 0]


def test_render_refuses_cameras_of_different_oversampling(cpu: CpuRenderer, scene: SimpleNamespace):
    with pytest.raises(ValueError, match="must have one oversampling"):
        cpu.render(scene.head(5), [far_camera(1), far_camera(2)], *scene.images(2, 64, 64))

import numpy as np
import pytest

from rsatalker.motion.pose import FlamePose
from rsatalker.renderers.camera import fit_camera, frustum_tangents
from sidecar.demo.scene import Picture, sway_m, viewer, world_from_heads
from sidecar.regions.blocks import View
from sidecar.regions.frame_ring import Frame, FrameHeader
from sidecar.regions.layout import FrameFlags, PixelFormat

pytestmark = pytest.mark.unit

SIZE = 200
RADIUS_M = 0.29


def frame_of(head: int) -> Frame:
    """A frame whose middle pixel is white, drawn by a camera that turns to the head as the sidecar's does."""
    eye = -viewer().camera_from_world[:3, :3].T @ viewer().camera_from_world[:3, 3]
    camera = fit_camera(eye, world_from_heads()[head, :3, 3], RADIUS_M, SIZE, SIZE)
    view = View(camera.camera_from_world, np.float32(frustum_tangents(camera)), 0.1, 10.0)
    colors = np.zeros((1, SIZE, SIZE, 4), np.uint8)
    colors[0, SIZE // 2 - 2 : SIZE // 2 + 2, SIZE // 2 - 2 : SIZE // 2 + 2] = 255
    header = FrameHeader(
        1, 1, 0, 0, 1, 0, 0, (view,), world_from_heads()[head], FrameFlags(0), FlamePose.neutral()
    )  # fmt: skip
    return Frame(header, 0, PixelFormat.RGBA8, colors, np.zeros((1, SIZE, SIZE), np.float32))


def test_heads_stand_apart_and_turn_towards_each_other() -> None:
    a, b = world_from_heads()
    assert a[0, 3] == -b[0, 3] < 0
    assert a[0, 2] > 0.1  # the direction of a's nose points to b's side ...
    assert a[2, 2] > 0.4  # ... and to the viewer
    np.testing.assert_allclose(a[:3, :3] @ a[:3, :3].T, np.eye(3), atol=1e-6)
    np.testing.assert_allclose(b[:3, :3], a[:3, :3].T, atol=1e-6)


def test_picture_shows_each_head_where_the_viewer_sees_it() -> None:
    picture = Picture(SIZE).compose([frame_of(0), frame_of(1)])
    white = np.argwhere((picture == 255).all(axis=2))
    middle = picture.shape[1] / 2
    left, right = white[white[:, 1] < middle], white[white[:, 1] > middle]
    assert len(left) == len(right) == 16
    assert left[:, 0].mean() == pytest.approx(right[:, 0].mean(), abs=1.0)
    assert left[:, 0].mean() < picture.shape[0] / 2
    assert left[:, 1].mean() + right[:, 1].mean() == pytest.approx(2 * middle - 1, abs=1.5)
    assert right[:, 1].mean() - left[:, 1].mean() > middle / 2


@pytest.mark.parametrize("frame_px", [128, 250, 640])
def test_picture_has_even_sides(frame_px: int) -> None:
    picture = Picture(frame_px)
    assert (picture.width % 2, picture.height % 2) == (0, 0)
    assert picture.compose([]).shape == (picture.height, picture.width, 3)


def test_background_is_dark_and_without_steps() -> None:
    background = Picture(SIZE).compose([]).astype(int)
    assert background.max() < 80
    assert np.abs(np.diff(background[:, SIZE], axis=0)).max() <= 3


def test_viewer_moves_sideways_only() -> None:
    still, moved = viewer().camera_from_world, viewer(0.01).camera_from_world
    assert (moved - still)[0, 3] == pytest.approx(-0.01)
    assert np.count_nonzero(moved - still) == 1
    assert abs(sway_m(0.6)) <= 0.01

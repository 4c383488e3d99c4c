import numpy as np
import pytest

from rsatalker.renderers.camera import deserved_pixels
from sidecar.frame_detail import STEP
from sidecar.seen_size import SeenSize

pytestmark = pytest.mark.unit

CENTER = np.zeros(3, np.float32)
RADIUS_M = 0.14
SIDE_PX = 512
QUEST_3 = 25.0


def eye_at(distance_m: float) -> np.ndarray:
    return np.array([0, 0, distance_m], np.float32)


def scale_at(seen: SeenSize, *distances_m: float) -> float:
    return seen.scale([eye_at(distance_m) for distance_m in distances_m], CENTER, RADIUS_M, SIDE_PX)


@pytest.mark.parametrize("distance_m", [0.3, 0.5, 1.0, 2.0, 3.0, 6.0])
def test_frames_have_the_pixels_of_the_display_and_not_many_more(distance_m: float):
    wanted = deserved_pixels(distance_m, RADIUS_M, QUEST_3 * 180 / np.pi, most_pixels=SIDE_PX)
    pixels = SIDE_PX * scale_at(SeenSize(QUEST_3), distance_m)
    assert wanted <= pixels * 1.0001
    assert wanted >= pixels * STEP * 0.93


def test_frames_are_as_large_as_asked_while_nobody_says_how_fine_the_display_is_or_where_the_eyes_are():
    assert scale_at(SeenSize(0), 5.0) == 1
    assert scale_at(SeenSize(QUEST_3)) == 1


def test_nearer_eye_decides():
    assert scale_at(SeenSize(QUEST_3), 4.0, 2.0) == scale_at(SeenSize(QUEST_3), 2.0)


def test_eye_inside_the_head_sees_all_pixels():
    assert scale_at(SeenSize(QUEST_3), 0.0) == 1


def test_viewer_who_sways_changes_no_size():
    seen = SeenSize(QUEST_3)
    sways = 2.0 + 0.03 * np.sin(np.linspace(0, 50, 500))
    assert len({scale_at(seen, float(distance_m)) for distance_m in sways}) == 1


def test_size_comes_back_when_the_viewer_does():
    seen = SeenSize(QUEST_3)
    assert scale_at(seen, 6.0) < 0.4
    assert scale_at(seen, 0.4) == 1


def test_small_frames_are_left_alone():
    assert SeenSize(QUEST_3).scale([eye_at(9.0)], CENTER, RADIUS_M, 64) == 1

import pytest

from sidecar.frame_detail import CALM, HURRIED, SETTLED, STEP, FrameDetail

pytestmark = pytest.mark.unit

BUDGET_NS = 10_000_000


def take(detail: FrameDetail, ticks: int, share_of_budget: float) -> None:
    for _ in range(ticks):
        detail.note(round(share_of_budget * BUDGET_NS), BUDGET_NS)


def test_frames_are_as_large_as_asked_at_first():
    assert FrameDetail(0.5).size(511, 300) == (511, 300)


def test_frames_get_smaller_when_they_take_too_long():
    detail = FrameDetail(0.5)
    take(detail, SETTLED - 1, 1.1)
    assert detail.scale == 1
    take(detail, 1, 1.1)
    assert detail.scale == STEP
    assert detail.size(512, 256) == (432, 216)


def test_frames_get_smaller_sooner_when_they_take_much_too_long():
    detail = FrameDetail(0.5)
    take(detail, HURRIED, 3)
    assert detail.scale == STEP


def test_frames_are_no_larger_than_the_display_shows():
    detail = FrameDetail(0.5)
    assert detail.size(512, 256, seen_scale=0.25) == (128, 64)
    take(detail, SETTLED, 1.1)
    assert detail.size(512, 256, seen_scale=0.25) == (128, 64)
    assert detail.size(512, 256, seen_scale=1.0) == (432, 216)


def test_frames_get_no_smaller_than_allowed():
    detail = FrameDetail(0.5)
    take(detail, 100 * SETTLED, 10)
    assert detail.scale == 0.5
    assert detail.is_least
    always_whole = FrameDetail(1.0)
    take(always_whole, 100 * SETTLED, 10)
    assert always_whole.scale == 1


def test_smallest_frames_are_known_to_cost_less_but_not_as_much_less_as_they_have_pixels():
    detail = FrameDetail(0.5)
    assert 0.5 < detail.least_cost < 0.9
    take(detail, 100 * SETTLED, 10)
    assert detail.least_cost == 1
    assert FrameDetail(1.0).least_cost == 1


def test_frames_that_are_small_for_lack_of_time_are_not_drawn_large_for_that():
    detail = FrameDetail(0.5)
    assert detail.oversampling(3) == 3  # small as asked
    take(detail, 100 * SETTLED, 10)
    assert detail.oversampling(2) == 1  # half as large as asked
    assert detail.oversampling(4, seen_scale=0.25) == 2  # far away: the size that it has with time, and half as fine
    assert detail.oversampling(4, seen_scale=0.75) == 2
    assert detail.oversampling(1) == 1


def test_one_slow_frame_changes_nothing():
    detail = FrameDetail(0.5)
    take(detail, 20, 0.5)
    take(detail, 1, 3)
    take(detail, 20, 0.5)
    assert detail.scale == 1


def test_frames_get_larger_again_when_there_is_room_and_not_to_and_fro():
    detail = FrameDetail(0.5)
    take(detail, SETTLED, 1.1)
    take(detail, 3 * CALM, 0.7)  # the larger one would take 0.99
    assert detail.scale == STEP
    take(detail, CALM, 0.5)
    assert detail.scale == 1


def test_larger_frames_stay_though_they_cost_as_much_more_as_they_have_more_pixels():
    detail = FrameDetail(0.5)
    take(detail, SETTLED, 1.1)
    take(detail, CALM, 0.66)
    assert detail.scale == 1
    take(detail, 3 * CALM, 0.66 / STEP**2)
    assert detail.scale == 1


def test_smallest_frame_has_at_least_one_cell():
    detail = FrameDetail(0.25)
    take(detail, 1000, 10)
    assert detail.size(16, 17) == (8, 8)
    assert detail.size(1, 1) == (1, 1)

import numpy as np
import pytest

from rsatalker.motion.pose import MOTION_RATE_HZ, FlameMotion, FlamePose
from sidecar.motion_window import FADE_US, KEPT_BEHIND_US, Fade, MotionWindow

pytestmark = pytest.mark.unit

MS = 1_000_000  # nanoseconds


def pose(level: float) -> FlamePose:
    neutral = FlamePose.neutral()
    neutral.arkit[:] = level
    return neutral


def motion(first: int, count: int) -> FlameMotion:
    """Return instants whose level is their index."""
    start_us = round(first * 1e6 / MOTION_RATE_HZ)
    return FlameMotion.of(
        [pose(index) for index in range(first, first + count)], start_us, MOTION_RATE_HZ, "procedural-1"
    )


def test_window_interpolates_between_instants():
    window = MotionWindow()
    window.extend(motion(0, 30), clock_us=0)
    assert window.at(450_000).arkit[0] == pytest.approx(13.5, abs=1e-3)
    assert window.end_us == 966_667


def test_empty_window_is_at_rest():
    window = MotionWindow()
    assert window.end_us == -1
    assert not window.at(0).arkit.any()


def test_window_forgets_what_is_well_behind_and_keeps_time():
    window = MotionWindow()
    for first in range(0, 6000, 7):
        window.extend(motion(first, 7), clock_us=round(first * 1e6 / MOTION_RATE_HZ))
    newest = 5999 - 5999 % 7 + 6
    assert window.end_us == pytest.approx(newest * 1e6 / MOTION_RATE_HZ, abs=1)
    at_us = window.end_us - KEPT_BEHIND_US // 2
    assert window.at(at_us).arkit[0] == pytest.approx(at_us * MOTION_RATE_HZ / 1e6, abs=0.01)


def high(first: int, count: int) -> FlameMotion:
    """Return instants of level 100."""
    start_us = round(first * 1e6 / MOTION_RATE_HZ)
    return FlameMotion.of([pose(100.0)] * count, start_us, MOTION_RATE_HZ, "procedural-1")


def test_cut_takes_away_what_comes_behind_it():
    window = MotionWindow()
    window.extend(motion(0, 30), clock_us=0)
    assert window.cut(500_000) == 15
    assert (window.end, window.end_us) == (15, 466_667)
    assert window.at(900_000).arkit[0] == 14


def test_new_motion_takes_over_from_what_was_cut_within_the_fade():
    window = MotionWindow()
    window.extend(motion(0, 30), clock_us=0)
    window.cut(500_000)
    window.extend(high(10, 20), clock_us=0)  # made again from earlier on: what was shown stays
    levels = [float(window[instant].arkit[0]) for instant in range(13, 20)]
    np.testing.assert_allclose(levels, [13, 14, 15 * 2 / 3 + 100 / 3, 16 / 3 + 200 / 3, 100, 100, 100], rtol=1e-3)


def test_fade_after_a_cut_goes_on_over_several_small_additions():
    whole, pieces = MotionWindow(), MotionWindow()
    for window in (whole, pieces):
        window.extend(motion(0, 30), clock_us=0)
        window.cut(500_000)
    whole.extend(high(15, 6), clock_us=0)
    for instant in range(15, 21):
        pieces.extend(high(instant, 1), clock_us=0)
    for instant in range(14, 21):
        assert pieces[instant].arkit[0] == pytest.approx(whole[instant].arkit[0])


def test_cut_behind_the_end_changes_nothing():
    window = MotionWindow()
    window.extend(motion(0, 10), clock_us=0)
    assert window.cut(2_000_000) == 10
    window.extend(high(10, 1), clock_us=0)
    assert window[10].arkit[0] == 100


def test_instants_that_are_there_are_left_out():
    window = MotionWindow()
    window.extend(motion(0, 10), clock_us=0)
    window.extend(high(5, 5), clock_us=0)
    assert window.end == 10
    assert window[9].arkit[0] == 9


def test_fade_leaves_steady_time_alone():
    fade = Fade()
    for tick in range(10):
        shown = fade.show(pose(tick), tick * 16_000, tick * 16 * MS, exact=False)
        assert shown.arkit[0] == tick


def test_fade_blends_over_a_jump():
    fade = Fade()
    fade.show(pose(0), 0, 0, exact=False)
    levels = [fade.show(pose(1), 500_000 + tick * 20_000, tick * 20 * MS, exact=False).arkit[0] for tick in range(1, 7)]
    np.testing.assert_allclose(levels, [min(tick * 20_000 / FADE_US, 1) for tick in range(1, 7)], atol=1e-5)


def test_fade_is_off_when_time_is_stepped():
    fade = Fade()
    fade.show(pose(0), 0, 0, exact=True)
    assert fade.show(pose(1), 500_000, 5 * MS, exact=True).arkit[0] == 1

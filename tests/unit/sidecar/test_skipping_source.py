import numpy as np
import pytest
from light_studio import JAW_OPEN, LoudnessMotion

from rsatalker.motion.social import Relationship
from sidecar.skipping_source import SKIP_GRID, SkippingSource

pytestmark = pytest.mark.unit

SECOND = 16_000


def sound(level: float, seconds: float) -> np.ndarray:
    return np.full((2, round(seconds * SECOND)), level, np.float32)


@pytest.fixture
def source() -> SkippingSource:
    return SkippingSource(LoudnessMotion(Relationship()))


def test_source_gives_what_the_other_gives_while_nothing_is_skipped(source: SkippingSource):
    plain = LoudnessMotion(Relationship())
    for level in (0.1, 0.7):
        made, expected = source.push(sound(level, 0.5)), plain.push(sound(level, 0.5))
        assert made[0].start_us == expected[0].start_us
        np.testing.assert_array_equal(made[0].arkit, expected[0].arkit)


def test_source_puts_motion_where_its_sound_is_after_a_skip(source: SkippingSource):
    before, _ = source.push(sound(0.0, 1.0))
    source.skip(5 * SKIP_GRID)
    after, _ = source.push(sound(1.0, 1.0))
    assert after.start_us == before.start_us + round(len(before) * 1e6 / 30)  # no instant is missing
    assert len(after) == 30 + 15
    end_us = after.start_us + len(after) * 1e6 / 30
    assert end_us == pytest.approx(2_500_000 - 100_000, abs=40_000)  # all but the look-ahead


def test_source_bridges_what_was_skipped_without_a_jump(source: SkippingSource):
    source.push(sound(0.0, 1.0))
    source.skip(5 * SKIP_GRID)
    after, _ = source.push(sound(1.0, 1.0))
    jaw = after.arkit[:, JAW_OPEN]
    source_jump = np.abs(np.diff(jaw[15:])).max()
    assert np.abs(np.diff(jaw[:15])).max() <= source_jump


def test_source_waits_with_the_bridge_until_there_is_motion_behind_it(source: SkippingSource):
    source.push(sound(0.0, 0.5))
    source.skip(SKIP_GRID)
    nothing, _ = source.push(sound(0.0, 0.001))
    assert len(nothing) == 0
    later, _ = source.push(sound(0.0, 0.1))
    assert len(later) == 3 + 3


def test_fork_goes_on_on_its_own(source: SkippingSource):
    source.push(sound(0.2, 0.5))
    source.skip(SKIP_GRID)
    fork = source.fork()
    source.skip(SKIP_GRID)
    (made, _), (forked, _) = source.push(sound(0.4, 0.3)), fork.push(sound(0.4, 0.3))
    assert (source.skipped, fork.skipped) == (2 * SKIP_GRID, SKIP_GRID)
    assert made.start_us == forked.start_us
    assert len(made) == len(forked) + 3

"""Between two readings of its clock a head goes on as fast as it went."""

import pytest

from sidecar.clock import ClockReading
from sidecar.output_loop import LONGEST_GUESS_NS, GoingOn

pytestmark = pytest.mark.unit

MS = 1_000_000  # nanoseconds


@pytest.fixture
def playing() -> GoingOn:
    """A clock that was read at 0 and 40 ms of the host, while 40 ms of the timeline passed."""
    clock = GoingOn()
    clock.at(ClockReading(1_000_000), 1000 * MS, 1000 * MS)
    clock.at(ClockReading(1_040_000), 1040 * MS, 1040 * MS)
    return clock


def test_playing_clock_goes_on_between_two_readings(playing: GoingOn):
    reading = ClockReading(1_040_000)
    times = [playing.at(reading, 1040 * MS, now_ms * MS) for now_ms in (1040, 1057, 1073)]
    assert times == [1_040_000, 1_057_000, 1_073_000]


def test_clock_that_is_not_read_any_more_stands_still_in_the_end(playing: GoingOn):
    reading = ClockReading(1_040_000)
    assert playing.at(reading, 1040 * MS, 9000 * MS) == 1_040_000 + LONGEST_GUESS_NS // 1000


def test_clock_that_waits_does_not_go_on(playing: GoingOn):
    reading = ClockReading(1_040_000)
    assert playing.at(reading, 1080 * MS, 1100 * MS) == 1_040_000


def test_stepped_clock_is_sent_exactly(playing: GoingOn):
    reading = ClockReading(1_090_000, stepped=True)
    assert playing.at(reading, 1080 * MS, 1100 * MS) == 1_090_000


def test_clock_that_jumps_back_is_followed(playing: GoingOn):
    reading = ClockReading(500_000)
    assert playing.at(reading, 1080 * MS, 1100 * MS) == 500_000

from fractions import Fraction

import pytest

from rsatalker.exports.smpte import timecode_of

pytestmark = pytest.mark.unit

FILM, NTSC, NTSC_60 = Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001)


@pytest.mark.parametrize(
    ("frame", "rate", "text"),
    [
        (0, Fraction(24), "00:00:00:00"),
        (47, Fraction(24), "00:00:01:23"),
        (86_400, FILM, "01:00:00:00"),  # counts every frame, and so runs slow against the clock
        (1_799, NTSC, "00:00:59;29"),
        (1_800, NTSC, "00:01:00;02"),  # numbers 0 and 1 of the minute are left out
        (17_982, NTSC, "00:10:00;00"),  # but not of every tenth
        (107_892, NTSC, "01:00:00;00"),
        (3_600, NTSC_60, "00:01:00;04"),
        (119, Fraction(120), "00:00:00:119"),
    ],
)
def test_timecode_of_a_frame(frame: int, rate: Fraction, text: str) -> None:
    assert str(timecode_of(frame, rate)) == text


def test_dropped_timecode_agrees_with_the_clock_after_a_day() -> None:
    frames = round(24 * 3600 * NTSC)
    timecode = timecode_of(frames - 1, NTSC)
    seconds = timecode.hours * 3600 + timecode.minutes * 60 + timecode.seconds + timecode.frame / 30
    assert seconds == pytest.approx(24 * 3600, abs=0.2)

"""SMPTE timecode: frames counted as hours, minutes, seconds and frames."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

DROPPED_RATE = Fraction(30000, 1001)  # the rate whose timecode leaves numbers out, so that it keeps up with the clock


@dataclass(frozen=True, slots=True)
class Timecode:
    """The number of one frame (SMPTE ST 12-1).

    Attributes:
        hours: Counted from 0.
        minutes: 0 to 59.
        seconds: 0 to 59.
        frame: Within the second.
        drops: Drop-frame counting: frames 0 and 1 of each minute but every tenth do not exist. Used at 29.97 and 59.94,
            so that the timecode agrees with the clock; other rates count every frame.
        frame_rate: Frames per second, exact.
    """

    hours: int
    minutes: int
    seconds: int
    frame: int
    drops: bool
    frame_rate: Fraction

    @property
    def counted(self) -> int:
        """Frames that one second of the timecode counts."""
        return round(self.frame_rate)

    def __str__(self) -> str:
        mark = ";" if self.drops else ":"
        digits = len(str(self.counted - 1))
        return f"{self.hours:02d}:{self.minutes:02d}:{self.seconds:02d}{mark}{self.frame:0{max(2, digits)}d}"


def timecode_of(frame: int, frame_rate: Fraction) -> Timecode:
    """Return the timecode of a frame; frame 0 is 00:00:00:00."""
    counted = round(frame_rate)
    multiple = frame_rate / DROPPED_RATE
    drops = multiple in (1, 2)
    if drops:
        left_out = 2 * int(multiple)  # numbers a minute
        per_ten = 600 * counted - 9 * left_out
        tens, rest = divmod(frame, per_ten)
        if rest >= 60 * counted:
            rest += left_out * (1 + (rest - 60 * counted) // (60 * counted - left_out))
        frame = tens * 600 * counted + rest
    seconds, in_second = divmod(frame, counted)
    return Timecode(seconds // 3600, seconds // 60 % 60, seconds % 60, in_second, drops, frame_rate)

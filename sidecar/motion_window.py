"""The motion of one head around now: what was just shown, and what runs ahead."""

from __future__ import annotations

from rsatalker.motion.pose import FIELDS, FlameMotion, FlamePose

KEPT_BEHIND_US = 1_000_000  # behind the clock: an engine's clock may go back a little
FADE_US = 100_000  # a head whose clock jumps gets from one instant to the other in this time
SMOOTH_US = 60_000  # beyond what the passing time explains: two steps of motion are no jump


class MotionWindow:
    """Motion that may still be shown.

    One thread adds; any may read, since every change replaces the motion as a whole.
    """

    def __init__(self) -> None:
        self._motion: FlameMotion | None = None

    @property
    def end_us(self) -> int:
        """Time of the last instant; -1 while there is none."""
        motion = self._motion
        if motion is None:
            return -1
        return motion.start_us + round((len(motion) - 1) * 1e6 / motion.frame_rate_hz)

    def extend(self, motion: FlameMotion, clock_us: int) -> None:
        """Add the next instants and forget what lies well behind the clock."""
        if len(motion) == 0:
            return
        joined = motion if self._motion is None else FlameMotion.joined([self._motion, motion])
        period_us = 1e6 / joined.frame_rate_hz
        stale = int((clock_us - KEPT_BEHIND_US - joined.start_us) / period_us)
        self._motion = _without_first(joined, min(stale, len(joined) - 2)) if stale > 0 else joined

    def at(self, timeline_us: int) -> FlamePose:
        """Return the pose at an instant, held at both ends of what is there."""
        if self._motion is None:
            return FlamePose.neutral()
        return self._motion.at(timeline_us)


class Fade:
    """Keeps one head from popping when its clock jumps: the pose that was shown last gives way within `FADE_US`."""

    def __init__(self) -> None:
        self._shown: FlamePose | None = None
        self._shown_us = 0
        self._shown_ns = 0
        self._source: FlamePose | None = None
        self._since_ns = 0

    def show(self, pose: FlamePose, timeline_us: int, now_ns: int, *, exact: bool) -> FlamePose:
        """Return what is shown at a moment of the host clock for the pose of an instant.

        Args:
            pose: Of the instant that the clock points at.
            timeline_us: That instant.
            now_ns: Of the host clock.
            exact: Show the pose itself: the clock is stepped by hand.
        """
        elapsed_us = (now_ns - self._shown_ns) // 1000
        jumped = abs(timeline_us - self._shown_us - elapsed_us) > elapsed_us + SMOOTH_US
        if exact or self._shown is None:
            self._source = None
        elif jumped:
            self._source, self._since_ns = self._shown, self._shown_ns
        if self._source is not None:
            weight = (now_ns - self._since_ns) / 1000 / FADE_US
            pose = self._source.mixed(pose, weight) if weight < 1 else pose
            self._source = self._source if weight < 1 else None
        self._shown, self._shown_us, self._shown_ns = pose, timeline_us, now_ns
        return pose


def _without_first(motion: FlameMotion, count: int) -> FlameMotion:
    first = round(motion.start_us * motion.frame_rate_hz / 1e6) + count  # counted, so that roundings do not add up
    start_us = round(first * 1e6 / motion.frame_rate_hz)
    columns = (getattr(motion, name)[count:].copy() for name in FIELDS)
    return FlameMotion(start_us, motion.frame_rate_hz, motion.expression_space, *columns)

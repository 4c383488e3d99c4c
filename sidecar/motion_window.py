"""The motion of one head around now: what was just shown, and what runs ahead."""

from __future__ import annotations

from rsatalker.motion.pose import FIELDS, FlameMotion, FlamePose

KEPT_BEHIND_US = 1_000_000  # behind the clock: an engine's clock may go back a little
FADE_US = 100_000  # new motion takes over from old in this time: quick, and still a movement


class MotionWindow:
    """Motion that may still be shown. Instants are numbered from the timeline's start, at the motion's own rate.

    One thread adds and cuts; any may read, since every change replaces the motion as a whole.
    """

    def __init__(self) -> None:
        self._motion: FlameMotion | None = None
        self._cut_off: FlameMotion | None = None  # what was there before a cut, while it still shows through
        self._cut_us = 0  # the last instant before that cut

    @property
    def end_us(self) -> int:
        """Time of the last instant; -1 while there is none."""
        motion = self._motion
        return -1 if motion is None else instant_us(end_of(motion) - 1, motion.frame_rate_hz)

    @property
    def end(self) -> int:
        """One past the number of the last instant."""
        motion = self._motion
        return 0 if motion is None else end_of(motion)

    def __getitem__(self, instant: int) -> FlamePose:
        """Return an instant that is there."""
        assert self._motion is not None
        return self._motion[instant - first_of(self._motion)]

    def at(self, timeline_us: int) -> FlamePose:
        """Return the pose at a time, held at both ends of what is there."""
        motion = self._motion
        return FlamePose.neutral() if motion is None else motion.at(timeline_us)

    def extend(self, motion: FlameMotion, clock_us: int) -> None:
        """Add what follows, leaving out instants that are there, and forget what lies well behind the clock."""
        known = max(self.end - first_of(motion), 0)
        if len(motion) <= known:
            return
        new = self._taking_over(part(motion, known, len(motion)))
        joined = new if self._motion is None else FlameMotion.joined([self._motion, new])
        stale = int((clock_us - KEPT_BEHIND_US - joined.start_us) * joined.frame_rate_hz / 1e6)
        self._motion = part(joined, min(stale, len(joined) - 2), len(joined)) if stale > 0 else joined

    def cut(self, from_us: int) -> int:
        """Take away the instants from a time on; return the number of the first one that is made anew.

        Those that come in their place take over from the old ones within `FADE_US`.
        """
        motion = self._motion
        if motion is None or from_us > self.end_us:
            return self.end
        kept = max(instant_from(from_us, motion.frame_rate_hz) - first_of(motion), 1)
        self._motion, self._cut_off = part(motion, 0, kept), motion
        self._cut_us = self.end_us
        return self.end

    def _taking_over(self, motion: FlameMotion) -> FlameMotion:
        """Return new instants, the first of which still show some of those that were cut off."""
        old, rate, first = self._cut_off, motion.frame_rate_hz, first_of(motion)
        if old is None:
            return motion
        until = min(max(instant_from(self._cut_us + FADE_US, rate) - first, 0), len(motion))
        if until < len(motion):
            self._cut_off = None
        if until == 0:
            return motion
        mixed: list[FlamePose] = []
        for index in range(until):
            time_us = instant_us(first + index, rate)
            mixed.append(old.at(time_us).mixed(motion[index], (time_us - self._cut_us) / FADE_US))
        faded = FlameMotion.of(mixed, motion.start_us, rate, motion.expression_space)
        return FlameMotion.joined([faded, part(motion, until, len(motion))])


class Fade:
    """Keeps one head from popping when its clock jumps: the pose that was shown last gives way within `FADE_US`."""

    SMOOTH_US = 60_000  # beyond what the passing time explains: two steps of motion are no jump

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
        jumped = abs(timeline_us - self._shown_us - elapsed_us) > elapsed_us + self.SMOOTH_US
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


def instant_us(instant: int, rate_hz: float) -> int:
    """Return the time of an instant."""
    return round(instant * 1e6 / rate_hz)


def instant_from(time_us: int, rate_hz: float) -> int:
    """Return the first instant that is not before a time."""
    instant = int(time_us * rate_hz / 1e6)
    return instant if instant_us(instant, rate_hz) >= time_us else instant + 1


def first_of(motion: FlameMotion) -> int:
    """Return the number of a motion's first instant."""
    return round(motion.start_us * motion.frame_rate_hz / 1e6)


def end_of(motion: FlameMotion) -> int:
    """Return one past the number of a motion's last instant."""
    return first_of(motion) + len(motion)


def part(motion: FlameMotion, begin: int, end: int) -> FlameMotion:
    """Return some of the instants of a motion, in memory of their own."""
    start_us = instant_us(first_of(motion) + begin, motion.frame_rate_hz)  # counted, so that roundings do not add up
    columns = (getattr(motion, name)[begin:end].copy() for name in FIELDS)
    return FlameMotion(start_us, motion.frame_rate_hz, motion.expression_space, *columns)

"""The motion of one conversation, made ahead of its clock: voices in, both heads' motion out."""

from __future__ import annotations

import threading

import numpy as np
from jaxtyping import Float32

from rsatalker.motion.pose import FlameMotion, FlamePose
from rsatalker.motion.social import Relationship
from sidecar.motion_window import MotionWindow
from sidecar.regions.motion_ring import HeadInstant, MotionRingWriter
from sidecar.studio import MotionSource
from sidecar.timeline import Timeline, samples_at
from sidecar.timings import Timings
from sidecar.voices import Voices

IDLE_LEAD_US = 200_000  # heard ahead while nobody speaks: 100 ms look-ahead, a window, and a step of motion to spare
WHOLE_LEAD_US = 4_000_000  # of a dialogue that is known as a whole; the motion region holds 8.5 s
LEAST_BLOCK = 320  # samples, 20 ms: smaller pushes cost more than they bring
LARGEST_BLOCK = 4000  # samples, 250 ms: other conversations get their turn in between


class MotionAhead:
    """Both heads' motion around now. The motion loop advances it; any thread may read poses.

    Attributes:
        lock: Held while motion is made.
    """

    def __init__(
        self,
        source: MotionSource,
        voices: Voices,
        ring: MotionRingWriter,
        timings: Timings,
        lead_us: int,
        *,
        starts_with_speech: bool,
    ) -> None:
        self.lock = threading.RLock()
        self._source = source
        self._voices = voices
        self._ring = ring
        self._timings = timings
        self._lead_us = lead_us
        self._starts_with_speech = starts_with_speech
        self._windows = (MotionWindow(), MotionWindow())
        self._places: Float32[np.ndarray, "2 4 4"] | None = None
        self._told_places: Float32[np.ndarray, "2 4 4"] | None = None

    @property
    def end_us(self) -> int:
        """Time on the timeline up to which motion of both heads is ready; -1 while there is none."""
        return min(window.end_us for window in self._windows)

    def pose(self, participant: int, timeline_us: int) -> FlamePose:
        """Return what a head does at an instant."""
        return self._windows[participant].at(timeline_us)

    def set_relationship(self, relationship: Relationship) -> None:
        """Change who the two are to each other, for all motion from now on."""
        with self.lock:
            self._source.relationship = relationship

    def place(self, world_from_heads: Float32[np.ndarray, "2 4 4"]) -> None:
        """Tell both heads where they stand, so that they look at each other; holds from the next block on.

        Does not wait for the motion that is being made: the frame loop calls it.
        """
        self._places = world_from_heads

    def interrupt(self, participant: int) -> None:
        """Let a mouth relax from the next instant on."""
        with self.lock:
            self._source.interrupt(participant)

    def advance(self, clock_us: tuple[int, int], now_ns: int) -> bool:
        """Make the motion of the next block of audio if it is due, and return whether it was.

        Args:
            clock_us: What both heads show now.
            now_ns: Of the host clock.
        """
        with self.lock:
            with self._voices.lock:
                if self._starts_with_speech and not self._voices.timeline.has_speech:
                    return False
                count = due_samples(self._voices.timeline, max(clock_us), self._lead_us, now_ns)
                if count < LEAST_BLOCK:
                    return False
                heard = self._voices.timeline.take(min(count, LARGEST_BLOCK))
            places = self._places
            if places is not None and places is not self._told_places:
                self._source.place(places)
                self._told_places = places
            motions = self._source.push(heard)
            self._timings.add("features", self._source.features_ms)
            self._timings.add("motion", self._source.motion_ms)
            for window, motion in zip(self._windows, motions, strict=True):
                window.extend(motion, min(clock_us))
            self._publish(motions)
        return True

    def _publish(self, motions: tuple[FlameMotion, FlameMotion]) -> None:
        first = motions[0]
        for index in range(len(first)):
            timeline_us = first.start_us + round(index * 1e6 / first.frame_rate_hz)
            with self._voices.lock:
                speaking = [self._voices.timeline.speaking_at(participant, timeline_us) for participant in (0, 1)]
            heads = [
                HeadInstant(*(said or (0, -1)), motion[index]) for said, motion in zip(speaking, motions, strict=True)
            ]
            self._ring.push(timeline_us, heads)


def due_samples(timeline: Timeline, clock_us: int, lead_us: int, now_ns: int) -> int:
    """Return how many more samples the motion model should hear now.

    Nobody can break into what it has heard, so it hears no more than it needs: a little while all are silent, the lead
    while somebody speaks. Only a dialogue that came as a whole, both voices together, is heard far ahead.
    """
    clock = samples_at(clock_us)
    goal = samples_at(clock_us + (IDLE_LEAD_US if timeline.silent_from(clock) else lead_us))
    if timeline.whole_until():
        goal = max(goal, min(timeline.whole_until(), samples_at(clock_us + WHOLE_LEAD_US)))
    return max(min(goal, timeline.known_until(now_ns)) - timeline.heard, 0)

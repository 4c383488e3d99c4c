"""The motion of one conversation, made ahead of its clock: voices in, both heads' motion out.

What has been made ahead can be made anew from an instant on: the source goes back to a bookmark and hears the voices
again as they are now. New motion takes over from old within 100 ms, in frames and in the motion region alike.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np
from jaxtyping import Float32

from rsatalker.motion.mood import Mood, Style
from rsatalker.motion.pose import MOTION_RATE_HZ, FlamePose
from rsatalker.motion.social import SocialInput
from rsatalker.motion.together import Making, alone
from rsatalker.speech.features import samples_to_complete, whole_instants
from sidecar.bookmarks import Bookmarks
from sidecar.clock import Shown
from sidecar.motion_load import MotionLoad
from sidecar.motion_window import MotionWindow, instant_us
from sidecar.regions.motion_ring import HeadInstant, MotionRingWriter
from sidecar.skipping_source import SKIP_GRID, SkippingSource
from sidecar.studio import MotionSource
from sidecar.timeline import Timeline
from sidecar.timings import Timings
from sidecar.utterance import microseconds, samples_at
from sidecar.voices import Voices

IDLE_LEAD_US = 215_000  # heard ahead while nobody speaks: look-ahead, a window, and what is made at once
WHOLE_LEAD_US = 4_000_000  # of a dialogue that is known as a whole; the motion region holds 8.5 s
CALM_LEAD_US = 300_000  # so far ahead there is time ...
CALM_INSTANTS = 3  # ... to make so much at once: a third less cost than one by one
QUIET_INSTANTS = 2  # at once while nobody speaks: what is heard ahead is waited for by who begins to speak
MOST_INSTANTS = 3  # more at once cost no less, and other conversations get their turn in between
LATE_US = 120_000  # behind the sound: lips are seen to be late, so motion that stays so late ...
PATIENCE_NS = 400_000_000  # ... for so long is not going to catch up, and skips ahead ...
SKIP_LEAD_US = 200_000  # ... to so much before the sound, that of look-ahead included


class MotionAhead:
    """Both heads' motion around now. The motion loop advances it; any thread may read poses.

    Attributes:
        lock: Held while motion is made.
        load: What this motion costs.
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
        self.load = MotionLoad()
        self._source = SkippingSource(source)
        self._bookmarks = Bookmarks()
        self._voices = voices
        self._ring = ring
        self._timings = timings
        self._lead_us = lead_us
        self._starts_with_speech = starts_with_speech
        self._windows = (MotionWindow(), MotionWindow())
        self._published = 0  # one past the number of the newest instant in the region
        self._told: dict[tuple[str, int], Callable[[MotionSource], None]] = {}
        self._places: Float32[np.ndarray, "2 4 4"] | None = None
        self._told_places: Float32[np.ndarray, "2 4 4"] | None = None
        self._late_since_ns: int | None = None

    @property
    def open_from_us(self) -> int:
        """Time on the timeline from which on motion can be made anew; the caller holds `lock`."""
        return microseconds(self._bookmarks.oldest)

    @property
    def skipped_us(self) -> int:
        """How much sound was left out because its motion would have come too late."""
        return microseconds(self._source.skipped)

    @property
    def end_us(self) -> int:
        """Time on the timeline up to which motion of both heads is ready; -1 while there is none."""
        return min(window.end_us for window in self._windows)

    def pose(self, participant: int, timeline_us: int) -> FlamePose:
        """Return what a head does at an instant."""
        return self._windows[participant].at(timeline_us)

    def relate(self, social: SocialInput) -> None:
        """Change who the two are to each other, for all motion from now on."""
        self._tell("relationship", 0, lambda source: source.relate(social))

    def set_mood(self, participant: int, mood: Mood) -> None:
        """Change how somebody feels, for all motion from now on."""
        self._tell("mood", participant, lambda source: source.set_mood(participant, mood))

    def set_style(self, participant: int, style: Style) -> None:
        """Change how strongly somebody moves the mouth, for all motion from now on."""
        self._tell("style", participant, lambda source: source.set_style(participant, style))

    def place(self, world_from_heads: Float32[np.ndarray, "2 4 4"]) -> None:
        """Tell both heads where they stand, so that they look at each other; holds from the next block on.

        Does not wait for the motion that is being made: the frame loop calls it.
        """
        self._places = world_from_heads

    def advance(self, shown: Shown, now_ns: int) -> bool:
        """Make the motion of the next block of audio if it is due, and return whether it was.

        Args:
            shown: Where the conversation is now.
            now_ns: Of the host clock.
        """
        with self.lock:
            started_s = time.perf_counter()
            count = alone(self.making(shown, now_ns))
            if count:
                self.load.note(time.perf_counter() - started_s, count)
        return count > 0

    def is_due(self, shown: Shown, now_ns: int) -> bool:
        """Return whether motion has to be made now."""
        with self._voices.lock:
            return self._due(shown, now_ns) > 0 or self._is_hopelessly_late(shown.sound_us, now_ns)

    def making(self, shown: Shown, now_ns: int, *, in_company: bool = False) -> Making[int]:
        """Make the motion of the next block of audio, beside other conversations.

        Args:
            shown: Where the conversation is now.
            now_ns: Of the host clock.
            in_company: Motion of others is made anyway: go along a little early.

        Returns:
            How many samples were heard; 0 if none was due, or another thread is at work on this motion.
        """
        if not self.lock.acquire(blocking=False):
            return 0
        try:
            with self._voices.lock:
                timeline = self._voices.timeline
                if self._is_hopelessly_late(shown.sound_us, now_ns):
                    self._skip_to(shown, now_ns)
                count = self._due(shown, now_ns, in_company=in_company)
                if count == 0:
                    return 0
                self._bookmarks.note(timeline.heard, self._source, samples_at(min(shown.clock_us)))
                timeline.forget(self._bookmarks.oldest)
                heard = timeline.take(count)
            yield from self._making(heard, min(shown.clock_us))
        finally:
            self.lock.release()
        return count

    def _due(self, shown: Shown, now_ns: int, *, in_company: bool = False) -> int:
        timeline = self._voices.timeline
        if self._starts_with_speech and not timeline.has_speech:
            return 0
        return due_samples(timeline, shown, self._lead_us, now_ns, in_company=in_company)

    def _is_hopelessly_late(self, sound_us: int, now_ns: int) -> bool:
        """Return whether motion has been late for longer than it takes to catch up where there is time for it."""
        if sound_us - self.end_us <= LATE_US or self.end_us < 0:
            self._late_since_ns = None
        elif self._late_since_ns is None:
            self._late_since_ns = now_ns
        return self._late_since_ns is not None and now_ns - self._late_since_ns >= PATIENCE_NS

    def _skip_to(self, shown: Shown, now_ns: int) -> None:
        """Leave out the sound up to where it is heard; the caller holds both locks."""
        self._late_since_ns = None
        timeline = self._voices.timeline
        known = timeline.known_until(now_ns, samples_at(shown.sound_us), is_held=shown.is_held)
        goal = min(samples_at(shown.sound_us + SKIP_LEAD_US), known)
        count = (goal - timeline.heard) // SKIP_GRID * SKIP_GRID
        if count > 0:
            timeline.skip(count)
            self._source.skip(count)

    def make_anew(self, from_us: tuple[int, int]) -> None:
        """Forget each head's motion from a time on; it is made again with the next blocks.

        The caller holds `lock` and the lock of the voices, and has changed what is said from then on.
        """
        start, self._source = self._bookmarks.go_back(samples_at(min(from_us)))
        self._told_places = None
        for tell in self._told.values():
            tell(self._source)
        self._voices.timeline.hear_again(start, settled=samples_at(max(from_us)))
        ends = [window.cut(time_us) for window, time_us in zip(self._windows, from_us, strict=True)]
        self._published = min(self._published, *ends)

    def _tell(self, what: str, participant: int, message: Callable[[MotionSource], None]) -> None:
        """Tell the source, and those that will be made from its bookmarks."""
        with self.lock:
            self._told[what, participant] = message
            message(self._source)

    def _making(self, heard: Float32[np.ndarray, "2 S"], clock_us: int) -> Making[None]:
        places = self._places
        if places is not None and places is not self._told_places:
            self._source.place(places)
            self._told_places = places
        motions = yield from self._source.pushing(heard)
        self._timings.add("features", self._source.features_ms)
        self._timings.add("motion", self._source.motion_ms)
        for window, motion in zip(self._windows, motions, strict=True):
            window.extend(motion, clock_us)
        self._publish()

    def _publish(self) -> None:
        """Publish the instants that are new; those after a cut replace what was published before."""
        end = min(window.end for window in self._windows)
        for instant in range(self._published, end):
            timeline_us = instant_us(instant, MOTION_RATE_HZ)
            with self._voices.lock:
                speaking = [self._voices.timeline.speaking_at(participant, timeline_us) for participant in (0, 1)]
            heads = [
                HeadInstant(*(said or (0, -1)), window[instant])
                for said, window in zip(speaking, self._windows, strict=True)
            ]
            self._ring.push(timeline_us, heads)
        self._published = max(end, self._published)


def heard_in_silence(shown: Shown) -> int:
    """Return up to which sample the motion model hears while nobody speaks."""
    return samples_to_complete(whole_instants(samples_at(max(*shown.clock_us, shown.sound_us) + IDLE_LEAD_US)))


def due_samples(timeline: Timeline, shown: Shown, lead_us: int, now_ns: int, *, in_company: bool = False) -> int:
    """Return how many more samples the motion model should hear now; 0 if it is better to wait for more.

    Motion that is made far ahead is made again when somebody breaks in, so the model hears no more than it needs: a
    little of silence, the lead of speech. Only a dialogue that came as a whole, both voices, is heard far ahead. Sound
    that completes no instant of motion can wait.

    Args:
        timeline: What is said.
        shown: Where the conversation is now.
        lead_us: How far ahead speech is heard.
        now_ns: Of the host clock.
        in_company: Motion of others is made now anyway: go along a little early, and fall into step with them.
    """
    clock_us = max(*shown.clock_us, shown.sound_us)
    clock = samples_at(clock_us)
    goal = max(samples_at(clock_us + IDLE_LEAD_US), min(samples_at(clock_us + lead_us), timeline.speech_end))
    if timeline.whole_until():
        goal = max(goal, min(timeline.whole_until(), samples_at(clock_us + WHOLE_LEAD_US)))
    known = timeline.known_until(now_ns, clock, is_held=shown.is_held)
    if timeline.heard - clock > samples_at(CALM_LEAD_US):
        block = CALM_INSTANTS
    else:
        block = QUIET_INSTANTS if timeline.is_quiet else 1
    made = whole_instants(timeline.heard)
    due = whole_instants(max(min(goal, known), 0)) - made
    if in_company and due >= 1:
        due = max(due, min(block, whole_instants(known) - made))
    return 0 if due < block else samples_to_complete(made + min(due, MOST_INSTANTS)) - timeline.heard

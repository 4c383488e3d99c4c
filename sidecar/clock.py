"""Which instant of a conversation each head shows now: the engine's playback clock, or else the sidecar's own.

The face follows the sound. While an engine reports where it is in an utterance, the head that speaks it is exactly
there. Otherwise time goes on at wall-clock rate, never past the motion that is ready: what is late starts later, and no
face runs behind its sound. Rates are seconds of audio per second of the host clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sidecar.timeline import Timeline

SILENT_ENGINE_NS = (
    1_000_000_000  # an engine that has not beaten for so long is halted: its clock is not trusted further
)
LONGEST_HOLD_NS = 5_000_000_000  # heads do not wait longer for an engine to begin an utterance that it was told of
CATCH_UP = 1.0  # the free clock runs at most twice as fast to catch up with one that drives ...
FALL_BACK = 0.5  # ... and at least half as fast to let it come
JUMP_US = 2_000_000  # farther apart than this it jumps


@dataclass(frozen=True, slots=True)
class PlaybackPosition:
    """Where the engine was in one utterance at one moment.

    Attributes:
        position_us: On the utterance's own audio.
        at_ns: Of the host clock.
        rate: 0 is paused; a client that steps through an utterance leaves it 0 and moves `position_us`.
    """

    position_us: int
    at_ns: int
    rate: float

    def now_us(self, now_ns: int) -> int:
        """Return the position at a later moment."""
        return self.position_us + round(self.rate * (now_ns - self.at_ns) / 1000)


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What one head shows.

    Attributes:
        timeline_us: Instant of the conversation's timeline.
        utterance_id: What the head says there; 0: nothing.
        media_us: The same instant on the utterance's own audio; -1: none.
        stepped: An engine holds the clock in its hand: the instant is exact and nothing is smoothed.
        late_us: How far the engine's sound is past the motion that is ready; 0: not at all, or it is stepped.
    """

    timeline_us: int
    utterance_id: int = 0
    media_us: int = -1
    stepped: bool = False
    late_us: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """What motion is made for: where a conversation is.

    Attributes:
        clock_us: What both heads show, on the timeline.
        sound_us: Where the sound is; ahead of what is shown if motion is late.
        is_held: An engine holds the clock still: it steps by hand, pauses, or has yet to begin what it was told of.
    """

    clock_us: tuple[int, int]
    sound_us: int
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class _Drive:
    timeline_us: int
    stepped: bool


class ConversationClock:
    """The clock of both heads. One thread advances it; its conversation holds a lock."""

    def __init__(self, timeline: Timeline, now_ns: int) -> None:
        self.free_us = 0  # where a head is that no engine drives
        self.engine_driven = False  # an engine has reported a playback position at least once
        self._timeline = timeline
        self._then_ns = now_ns
        self._held_since_ns: int | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether heads wait for an engine to begin an utterance."""
        return self._held_since_ns is not None

    def advance(
        self, now_ns: int, playback: Mapping[int, PlaybackPosition], heartbeat_ns: int, motion_end_us: int
    ) -> tuple[ClockReading, ClockReading]:
        """Return what both heads show now.

        Args:
            now_ns: Of the host clock.
            playback: Newest positions that the engine reported, by utterance.
            heartbeat_ns: When the engine was heard last.
            motion_end_us: Up to where motion is ready; no head goes farther.
        """
        self.engine_driven = self.engine_driven or bool(playback)
        trusted_ns = min(now_ns, heartbeat_ns + SILENT_ENGINE_NS)
        drives = [self._drive(participant, playback, trusted_ns) for participant in (0, 1)]
        elapsed_us = max(now_ns - self._then_ns, 0) // 1000
        self._then_ns += elapsed_us * 1000  # what is left of a microsecond counts next time: no drift
        leader = max((drive for drive in drives if drive), key=lambda drive: drive.timeline_us, default=None)
        if leader:
            self._follow(leader, elapsed_us)
        else:
            self._run_free(elapsed_us, now_ns)
        self.free_us = min(self.free_us, motion_end_us)
        stepped = bool(leader and leader.stepped)
        first, second = (self._reading(p, drive, stepped, motion_end_us) for p, drive in enumerate(drives))
        return first, second

    def _drive(self, participant: int, playback: Mapping[int, PlaybackPosition], now_ns: int) -> _Drive | None:
        """Return where the engine's clock puts a head: into the last utterance that is being played."""
        for utterance in reversed(self._timeline.utterances(participant)):
            position = playback.get(utterance.utterance_id)
            if position is None:
                continue
            media_us = position.now_us(now_ns)
            if not 0 <= media_us < utterance.duration_us:  # not begun, over, or ahead of the audio that has come
                continue
            return _Drive(round(utterance.timeline_us(media_us)), stepped=position.rate == 0)
        return None

    def _follow(self, leader: _Drive, elapsed_us: int) -> None:
        self._held_since_ns = None
        lag_us = leader.timeline_us - (self.free_us + elapsed_us)
        if leader.stepped or abs(lag_us) > JUMP_US:
            self.free_us = leader.timeline_us
        else:
            correction = min(max(lag_us, -FALL_BACK * elapsed_us), CATCH_UP * elapsed_us)
            self.free_us += elapsed_us + round(correction)

    def _run_free(self, elapsed_us: int, now_ns: int) -> None:
        """Go on at wall-clock rate; wait at the start of an utterance that an engine is about to play."""
        goal_us = self.free_us + elapsed_us
        starts = [start_us for start_us in self._starts() if self.free_us <= start_us < goal_us]
        if not self.engine_driven or not starts:
            self._held_since_ns = None
            self.free_us = goal_us
            return
        self._held_since_ns = now_ns if self._held_since_ns is None else self._held_since_ns
        waited_ns = now_ns - self._held_since_ns
        self.free_us = min(starts) if waited_ns < LONGEST_HOLD_NS else goal_us

    def _starts(self) -> Iterable[int]:
        """Return where utterances begin, except those that were cut before their first sample was heard."""
        for participant in (0, 1):
            for utterance in self._timeline.utterances(participant):
                if utterance.growing or utterance.end > utterance.start:
                    yield utterance.start_us

    def _reading(self, participant: int, drive: _Drive | None, stepped: bool, motion_end_us: int) -> ClockReading:
        timeline_us = drive.timeline_us if drive else self.free_us
        late_us = max(timeline_us - motion_end_us, 0) if drive and not stepped else 0
        timeline_us = min(max(timeline_us, 0), motion_end_us)
        speaking = self._timeline.speaking_at(participant, timeline_us)
        utterance_id, media_us = speaking or (0, -1)
        return ClockReading(timeline_us, utterance_id, media_us, stepped, late_us)

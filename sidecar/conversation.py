"""One conversation: two heads, their voices, motion, clock and regions; its states and their legal order.

`starting -> live -> closing -> closed`; from `starting` and `live` also to `failed`, and from there to `closing`.

| thread      | does                                                                     |
|-------------|--------------------------------------------------------------------------|
| services    | voices, relationship, lease, close                                       |
| motion loop | voices -> motion, ahead of the clock                                     |
| frame loop  | engine region -> clock -> frames; alone reads that region and the clock  |
| heart       | shows in all regions that the sidecar lives                              |

A thread that holds one of these locks takes only those to its right: `frame_lock`, `motion.lock`, then `voices.lock`
or the lock of the state.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from jaxtyping import Float32

from sidecar.clock import ClockReading, ConversationClock
from sidecar.display_lead import DisplayLead
from sidecar.errors import StateError
from sidecar.motion_ahead import MotionAhead
from sidecar.motion_window import Fade
from sidecar.regions.engine_region import EngineRegionReader, EngineState
from sidecar.regions.frame_ring import FrameRingWriter
from sidecar.regions.layout import RegionState
from sidecar.regions.motion_ring import MotionRingWriter
from sidecar.studio import MotionSource, TalkingHead
from sidecar.timings import Timings
from sidecar.voices import Voices

RELAXED_US = 100_000  # this long after an interruption a mouth is at rest


class State(StrEnum):
    """Where a conversation is in its life."""

    STARTING = "starting"
    LIVE = "live"
    FAILED = "failed"
    CLOSING = "closing"
    CLOSED = "closed"


LEGAL_ORDER: dict[State, tuple[State, ...]] = {
    State.STARTING: (State.LIVE, State.FAILED, State.CLOSING),
    State.LIVE: (State.FAILED, State.CLOSING),
    State.FAILED: (State.CLOSING,),
    State.CLOSING: (State.CLOSED,),
    State.CLOSED: (),
}
REGION_STATES: dict[State, RegionState] = {
    State.STARTING: RegionState.STARTING,
    State.LIVE: RegionState.LIVE,
    State.FAILED: RegionState.ERROR,
    State.CLOSING: RegionState.STOPPING,
    State.CLOSED: RegionState.STOPPING,
}


@dataclass(frozen=True, slots=True)
class FrameSize:
    """Pixels of one layer, and layers: 1, or both eyes."""

    width: int
    height: int
    layers: int


@dataclass(slots=True)
class Participant:
    """One of the two, as the frame loop sees it.

    Attributes:
        head: What is drawn.
        ring: Where its frames go; None if the client draws it itself.
        fade: Keeps it from popping when its clock jumps.
        frames_published: So far.
        shown: What the newest frame was drawn from; another frame of the same would be a duplicate.
    """

    head: TalkingHead
    ring: FrameRingWriter | None
    fade: Fade = field(default_factory=Fade)
    frames_published: int = 0
    shown: object = None


@dataclass(frozen=True, slots=True)
class Regions:
    """The shared memory of a conversation.

    Attributes:
        frames: Of a and b; empty if the client draws the heads itself.
        motion: Of both.
        engine: What the engine tells.
    """

    frames: tuple[FrameRingWriter, ...]
    motion: MotionRingWriter
    engine: EngineRegionReader

    @staticmethod
    def create(size: FrameSize | None, expression_count: int, expression_space: str) -> Regions:
        """Make all regions.

        Raises:
            RegionFull: There is no room; those already made have been removed again.
        """
        made: list[FrameRingWriter | MotionRingWriter | EngineRegionReader] = []
        try:
            engine = EngineRegionReader()
            made.append(engine)
            motion = MotionRingWriter(expression_count, expression_space)
            made.append(motion)
            frames: list[FrameRingWriter] = []
            for wanted in (size, size):
                if wanted is None:
                    continue
                frames.append(
                    FrameRingWriter(wanted.width, wanted.height, wanted.layers, expression_count, expression_space)
                )
                made.append(frames[-1])
        except BaseException:
            for region in made:
                region.close()
            raise
        return Regions(tuple(frames), motion, engine)

    def beat(self, state: RegionState) -> None:
        """Show in all regions that the sidecar lives."""
        for ring in (*self.frames, self.motion):
            ring.beat(state)

    def close(self) -> None:
        """Remove all regions."""
        for region in (*self.frames, self.motion, self.engine):
            region.close()


class Conversation:
    """Two NPCs who talk to each other.

    Attributes:
        conversation_id: As the client knows it.
        participants: a and b.
        voices: What they say.
        motion: What they do.
        regions: Shared memory with the engine.
        world_from_heads: Where both stand.
        ticks_missed: Turns of the frame loop that an earlier one took too long for.
        failure: Why the state is FAILED.
        warning: What is wrong with what the engine writes; empty if nothing is.
        engine: What the engine said last; None before it says anything.
        engine_attached: Whether the engine was heard lately.
        touched_ns: When a call named the conversation last.
        shown_ns: When its heads were drawn last.
        display_lead: How far ahead of an engine's clock they are drawn.
        frame_lock: Held while a frame is made; `close` waits for it.
    """

    def __init__(
        self,
        conversation_id: str,
        heads: Sequence[TalkingHead],
        source: MotionSource,
        regions: Regions,
        world_from_heads: Float32[np.ndarray, "2 4 4"],
        timings: Timings,
        motion_lead_us: int,
        now_ns: int,
        *,
        starts_with_speech: bool = False,
    ) -> None:
        self.conversation_id = conversation_id
        rings = regions.frames or (None, None)
        self.participants = tuple(Participant(head, ring) for head, ring in zip(heads, rings, strict=True))
        self.voices = Voices(timings)
        self.motion = MotionAhead(
            source, self.voices, regions.motion, timings, motion_lead_us, starts_with_speech=starts_with_speech
        )
        self.regions = regions
        self.world_from_heads = world_from_heads
        self.ticks_missed = 0
        self.failure = ""
        self.warning = ""
        self.engine: EngineState | None = None
        self.engine_attached = False
        self.touched_ns = now_ns
        self.shown_ns = 0
        self.display_lead = DisplayLead()
        self.frame_lock = threading.Lock()
        self.clock = ConversationClock(self.voices.timeline, now_ns)
        self.readings = (ClockReading(0), ClockReading(0))
        self._state = State.STARTING
        self._state_lock = threading.Lock()
        self.motion.place(world_from_heads)

    @property
    def state(self) -> State:
        """Where the conversation is in its life."""
        return self._state

    @property
    def clock_us(self) -> tuple[int, int]:
        """What both heads showed at the last tick, on the timeline."""
        first, second = self.readings
        return first.timeline_us, second.timeline_us

    def go_live(self) -> None:
        """Let both loops take the conversation up."""
        with self._state_lock:
            assert State.LIVE in LEGAL_ORDER[self._state], self._state
            self._state = State.LIVE

    def check_live(self) -> None:
        """Raise StateError unless calls make sense."""
        if self._state is State.FAILED:
            raise StateError(f"The conversation has failed: {self.failure} Close it and create another.")
        if self._state is not State.LIVE:
            raise StateError(f"The conversation is {self._state}; create another.")

    def fail(self, reason: str) -> None:
        """Stop, with a sentence that every later call gets to read."""
        with self._state_lock:
            if State.FAILED in LEGAL_ORDER[self._state]:
                self.failure, self._state = reason, State.FAILED

    def beat(self) -> None:
        """Show in all regions what the conversation is doing; without effect once it is closed."""
        with self._state_lock:
            if self._state is not State.CLOSED:
                self.regions.beat(REGION_STATES[self._state])

    def cancel(self, utterance_id: int) -> int:
        """Cut an utterance off and let the face relax; return the time on its own audio at which it ends now.

        Motion that was made ahead is left out: the heads go on where the mouth is at rest again.
        """
        with self.motion.lock, self.voices.lock:
            utterance, cut_media_us = self.voices.cancel(utterance_id)
            cut_us = utterance.end_us
            if utterance.end == utterance.start or cut_us <= min(self.clock_us):
                return cut_media_us
            silent = {0, 1} - {p for p in (0, 1) if self.voices.timeline.speaking_at(p, self.clock_us[p])}
            for participant in utterance.participants:
                self.motion.interrupt(participant)
            for participant in silent.union(utterance.participants):
                self.clock.skip_to(participant, max(self.motion.end_us + RELAXED_US, cut_us))
        return cut_media_us

    def close(self) -> None:
        """Remove the regions once neither loop is at work here. Can be called twice."""
        with self._state_lock:
            if State.CLOSING not in LEGAL_ORDER[self._state]:
                return
            self._state = State.CLOSING
        with self.frame_lock, self.motion.lock, self._state_lock:
            self._state = State.CLOSED  # first: nobody beats in regions that are half gone
            self.regions.close()

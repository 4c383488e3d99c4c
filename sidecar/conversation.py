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
from enum import StrEnum

import numpy as np
from jaxtyping import Float32

from rsatalker.speech.audio import check_rate
from sidecar.clock import ClockReading, ConversationClock, Shown
from sidecar.conversation_regions import Regions
from sidecar.display_lead import DisplayLead
from sidecar.errors import StateError
from sidecar.frame_detail import FrameDetail
from sidecar.frame_pace import FramePace
from sidecar.intake import AudioFormat, check_channels
from sidecar.motion_ahead import MotionAhead, heard_in_silence
from sidecar.motion_window import FADE_US
from sidecar.network.outputs import Outputs
from sidecar.participant import Participant
from sidecar.regions.engine_region import EngineState
from sidecar.regions.layout import RegionState
from sidecar.seen_size import SeenSize
from sidecar.studio import MotionSource, TalkingHead
from sidecar.timings import Timings
from sidecar.utterance import Utterance, samples_at
from sidecar.voices import Voices

CUT_AHEAD_US = 50_000  # from what is shown to where a voice is cut: frames on their way, and time to make new motion


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


class Conversation:
    """Two NPCs who talk to each other.

    Attributes:
        conversation_id: As the client knows it.
        participants: a and b.
        voices: What they say.
        motion: What they do.
        regions: Shared memory with the engine.
        world_from_heads: Where both stand.
        failure: Why the state is FAILED.
        warning: What is wrong with what the engine writes; empty if nothing is.
        engine: What the engine said last; None before it says anything.
        engine_attached: Whether the engine was heard lately.
        touched_ns: When a call named the conversation last.
        shown_ns: When its heads were drawn last.
        read_ns: When their clocks were read last.
        outputs: Where their motion goes besides shared memory.
        display_lead: How far ahead of an engine's clock they are drawn.
        av_offset_us: How much later than the engine's clock says; below 0: earlier.
        pace: When they are drawn.
        detail: How large they are drawn.
        draws_side_by_side: Whether both may be drawn at the same time.
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
        least_frame_scale: float = 1.0,
        pixels_per_degree: float = 0.0,
        draws_side_by_side: bool = False,
    ) -> None:
        self.conversation_id = conversation_id
        rings = regions.frames or (None, None)
        self.participants = tuple(
            Participant(head, ring, SeenSize(pixels_per_degree)) for head, ring in zip(heads, rings, strict=True)
        )
        self.voices = Voices(timings)
        self.motion = MotionAhead(
            source, self.voices, regions.motion, timings, motion_lead_us, starts_with_speech=starts_with_speech
        )
        self.regions = regions
        self.world_from_heads = world_from_heads
        self.failure = ""
        self.warning = ""
        self.engine: EngineState | None = None
        self.engine_attached = False
        self.touched_ns = now_ns
        self.shown_ns = 0
        self.read_ns = now_ns
        self.outputs = Outputs()
        self.display_lead = DisplayLead()
        self.av_offset_us = 0
        self.pace = FramePace(now_ns)
        self.detail = FrameDetail(least_frame_scale)
        self.draws_side_by_side = draws_side_by_side
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
    def ticks_missed(self) -> int:
        """Ticks of the frame loop that came while another one took too long."""
        return self.pace.missed

    @property
    def clock_us(self) -> tuple[int, int]:
        """What both heads showed at the last tick, on the timeline."""
        first, second = self.readings
        return first.timeline_us, second.timeline_us

    @property
    def shown(self) -> Shown:
        """What motion is made for, as of the last tick."""
        readings = self.readings
        return Shown(
            (readings[0].timeline_us, readings[1].timeline_us),
            max(reading.timeline_us + reading.late_us for reading in readings),
            is_held=self.clock.is_waiting or any(reading.stepped for reading in readings),
        )

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

    def speak(
        self,
        participants: tuple[int, ...],
        audio_format: AudioFormat,
        audio: bytes,
        utterance_id: int,
        now_ns: int,
        *,
        interrupts: bool = False,
    ) -> Utterance:
        """Say a whole clip; raises as `Voices.speak` does, and then nobody has been interrupted.

        Args:
            participants: Who says it.
            audio_format: How the bytes are to be read.
            audio: The clip.
            utterance_id: Of the client's choice; 0: of ours.
            now_ns: Of the host clock.
            interrupts: Cut off what the others say, and begin there.
        """
        clip = self.voices.clip(participants, audio_format, audio)
        if not interrupts:
            return self.voices.speak_clip(clip, utterance_id, now_ns)
        with self.motion.lock:
            with self.voices.lock:
                self.voices.timeline.check_room(participants, clip.seconds)
                self.voices.check_can_begin(participants, utterance_id)
                self._cut(self._said_by_others(participants))
                utterance = self.voices.speak_clip(clip, utterance_id, now_ns)
            self._make_good(now_ns)
        return utterance

    def begin(
        self,
        participants: tuple[int, ...],
        audio_format: AudioFormat,
        utterance_id: int,
        now_ns: int,
        *,
        interrupts: bool = False,
    ) -> Utterance:
        """Open an utterance that grows chunk by chunk; as `speak`, but the interrupted relax before it begins.

        Its voice is taken at once: whoever else wants to begin meanwhile is refused, and nobody is interrupted by one
        who may not begin. Sound that has yet to come would hold up the motion in which they relax if it began sooner.
        """
        if not interrupts:
            return self.voices.begin(participants, audio_format, utterance_id, now_ns)
        check_rate(audio_format.sample_rate_hz)
        check_channels(audio_format.channels, participants)
        with self.motion.lock:
            with self.voices.lock:
                self.voices.check_can_begin(participants, utterance_id)
                is_heard = self._cut(self._said_by_others(participants))
                from_sample = heard_in_silence(self.shown) if is_heard else 0
                utterance = self.voices.begin(participants, audio_format, utterance_id, now_ns, from_sample)
            self._make_good(now_ns)
        return utterance

    def cancel(self, utterance_id: int, now_ns: int) -> int:
        """Cut an utterance off just behind what is shown; return the time on its own audio at which it ends now.

        Motion from there on is made anew: the face relaxes within 100 ms, both heads live on, and whoever else speaks
        goes on speaking.

        Raises:
            NotFoundError: There is none of that id.
        """
        with self.motion.lock:
            with self.voices.lock:
                utterance = self.voices.known(utterance_id)
                is_heard = self._cut([utterance])
                cut_media_us = utterance.duration_us
            if is_heard:
                self._make_good(now_ns)
        return cut_media_us

    def _said_by_others(self, participants: tuple[int, ...]) -> list[Utterance]:
        """Return what is said, or waits to be said, by anybody else; the caller holds the lock of the voices."""
        timeline = self.voices.timeline
        others = {u.utterance_id: u for p in (0, 1) if p not in participants for u in timeline.utterances(p)}
        return [u for u in others.values() if u.growing or u.end_us > min(self.clock_us)]

    def _cut(self, utterances: Sequence[Utterance]) -> bool:
        """Cut utterances off just behind what is shown; return whether motion has to be made anew.

        The caller holds both locks.
        """
        open_from_us = self.motion.open_from_us
        first, second = (max(shown_us + CUT_AHEAD_US, open_from_us) for shown_us in self.clock_us)
        from_us = first, second
        is_heard = False
        for utterance in utterances:
            at = samples_at(max(from_us[participant] for participant in utterance.participants))
            is_heard |= max(at, utterance.start) < min(utterance.end, self.voices.timeline.heard)
            self.voices.cut(utterance.utterance_id, at)
        if is_heard:
            self.motion.make_anew(from_us)
        return is_heard

    def _make_good(self, now_ns: int) -> None:
        """Make the motion that a cut took away, as far as the faces need to relax; the caller holds `motion.lock`."""
        relaxed_us = max(self.clock_us) + CUT_AHEAD_US + FADE_US
        while self.motion.end_us < relaxed_us and self.motion.advance(self.shown, now_ns):
            pass

    def close(self) -> None:
        """Remove the regions once neither loop is at work here. Can be called twice."""
        with self._state_lock:
            if State.CLOSING not in LEGAL_ORDER[self._state]:
                return
            self._state = State.CLOSING
        with self.frame_lock, self.motion.lock, self._state_lock:
            self._state = State.CLOSED  # first: nobody beats in regions that are half gone
            self.regions.close()

"""What the two NPCs of a conversation say: utterances begun, fed, ended and cancelled by the services."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from rsatalker.speech.audio import LONGEST_S
from sidecar.errors import InvalidRequestError, NotFoundError, StateError
from sidecar.intake import AudioFormat, Intake
from sidecar.timeline import Timeline
from sidecar.timings import Timings
from sidecar.utterance import Utterance

IDLE_NS = 30_000_000_000  # a growing utterance without any chunk for so long is over
LARGEST_ID = (1 << 63) - 1  # of a client: the sidecar counts on from there, and ids have 64 bits
PARTICIPANT_NAMES: dict[tuple[int, ...], str] = {(0,): "a", (1,): "b", (0, 1): "both"}


@dataclass(frozen=True, slots=True)
class Clip:
    """A whole utterance at 16 kHz, ready to be said.

    Attributes:
        participants: Who says it.
        parts: One channel for each of them, one part after the other.
        seconds: Length.
    """

    participants: tuple[int, ...]
    parts: tuple[Float32[np.ndarray, "C S"], ...]
    seconds: float


class Voices:
    """Both voices with the utterances that still grow. Any thread may call.

    Attributes:
        lock: Held while the timeline is read or changed.
        timeline: What the motion model takes from.
    """

    def __init__(self, timings: Timings) -> None:
        self.lock = threading.RLock()
        self.timeline = Timeline()
        self._timings = timings
        self._intakes: dict[int, Intake] = {}  # of utterances that grow

    def speak(
        self, participants: tuple[int, ...], audio_format: AudioFormat, audio: bytes, utterance_id: int, now_ns: int
    ) -> Utterance:
        """Add a whole utterance.

        Raises:
            AudioError: The audio cannot be used.
            InvalidRequestError: It is empty, the id cannot be taken, or format and participants do not fit.
            LimitError: More would be waiting than a voice may hold.
            StateError: A participant is in the middle of an utterance that grows.
        """
        return self.speak_clip(self.clip(participants, audio_format, audio), utterance_id, now_ns)

    def clip(self, participants: tuple[int, ...], audio_format: AudioFormat, audio: bytes) -> Clip:
        """Return a whole utterance, checked and at 16 kHz; raises as `speak` does."""
        if not audio:
            raise InvalidRequestError("audio is empty; send at least one sample.")
        started = time.perf_counter()
        intake = Intake(audio_format, participants)
        parts = (intake.push(audio, longest_s=LONGEST_S), intake.finish())
        self._timings.add("audio", (time.perf_counter() - started) * 1e3)
        return Clip(participants, parts, audio_format.seconds(audio))

    def speak_clip(self, clip: Clip, utterance_id: int, now_ns: int) -> Utterance:
        """Add a whole utterance that has been checked; raises as `speak` does."""
        with self.lock:
            self.timeline.check_room(clip.participants, clip.seconds)
            self.check_can_begin(clip.participants, utterance_id)
            utterance = self._begin(clip.participants, utterance_id, now_ns)
            for part in clip.parts:
                self.timeline.append(utterance, part, now_ns)
            utterance.growing = False
        return utterance

    def begin(
        self,
        participants: tuple[int, ...],
        audio_format: AudioFormat,
        utterance_id: int,
        now_ns: int,
        not_before: int = 0,
    ) -> Utterance:
        """Open an utterance that grows chunk by chunk, not before a sample; raises as `speak` does."""
        intake = Intake(audio_format, participants)
        with self.lock:
            self.check_can_begin(participants, utterance_id)
            utterance = self._begin(participants, utterance_id, now_ns, not_before)
            self._intakes[utterance.utterance_id] = intake
        return utterance

    def push(self, utterance_id: int, sequence: int, audio: bytes, now_ns: int) -> Utterance:
        """Add the next chunk of an utterance that grows.

        Raises:
            AudioError: A sample is NaN, infinite or no sound, or the utterance gets too long.
            InvalidRequestError: The sequence number or the length of the chunk is wrong.
            LimitError: More would be waiting than a voice may hold.
            StateError: The utterance does not grow any more.
        """
        started = time.perf_counter()
        with self.lock:
            utterance, intake = self._growing(utterance_id)
            intake.check_sequence(sequence)
            self.timeline.check_room(utterance.participants, intake.format.seconds(audio))
            self.timeline.append(utterance, intake.push(audio), now_ns)
            intake.next_sequence += 1  # only now: a chunk that was refused may be sent again
        self._timings.add("audio", (time.perf_counter() - started) * 1e3)
        return utterance

    def check_same(self, utterance_id: int, participants: tuple[int, ...], audio_format: AudioFormat) -> None:
        """Raise InvalidRequestError if a later chunk claims another participant or format than the first."""
        with self.lock:
            utterance, intake = self._growing(utterance_id)
        if utterance.participants != participants or intake.format != audio_format:
            raise InvalidRequestError(
                f"utterance {utterance_id} began for participant {PARTICIPANT_NAMES[utterance.participants]} with "
                f"{describe(intake.format)}; this chunk is for {PARTICIPANT_NAMES[participants]} with "
                f"{describe(audio_format)}. Begin another utterance for it."
            )

    def end(self, utterance_id: int, now_ns: int) -> Utterance:
        """Let an utterance end with what has come."""
        with self.lock:
            utterance, intake = self._growing(utterance_id)
            self.timeline.append(utterance, intake.finish(), now_ns)
            utterance.growing = False
            del self._intakes[utterance_id]
        return utterance

    def next_sequence(self, utterance_id: int) -> int:
        """Return the sequence number that the next chunk has to carry."""
        with self.lock:
            return self._growing(utterance_id)[1].next_sequence

    def cut(self, utterance_id: int, at: int) -> None:
        """End an utterance at a sample of the timeline, unless it ends earlier; no chunk is taken any more.

        Raises:
            NotFoundError: There is none of that id.
        """
        with self.lock:
            utterance = self.known(utterance_id)
            self._intakes.pop(utterance_id, None)
            self.timeline.cut(utterance, at)

    def end_idle(self, now_ns: int) -> None:
        """Let utterances end whose client has sent nothing for long; it has probably gone."""
        with self.lock:
            growing = [self.timeline[utterance_id] for utterance_id in self._intakes]
            for utterance in growing:
                if now_ns - utterance.fed_ns > IDLE_NS:
                    self.end(utterance.utterance_id, now_ns)

    def is_growing(self, utterance_id: int) -> bool:
        """Return whether chunks may still be added to an utterance."""
        with self.lock:
            return utterance_id in self._intakes

    def check_can_begin(self, participants: tuple[int, ...], utterance_id: int) -> None:
        """Raise unless an utterance may begin now.

        Raises:
            InvalidRequestError: The id cannot be taken.
            LimitError: A voice has too many ahead already.
            StateError: Somebody is in the middle of one that grows.
        """
        if utterance_id > LARGEST_ID:
            raise InvalidRequestError(
                f"utterance_id is {utterance_id}; at most {LARGEST_ID} is taken. Choose a smaller one, or 0 to let the "
                "sidecar choose."
            )
        if utterance_id and utterance_id in self.timeline:
            raise InvalidRequestError(
                f"utterance {utterance_id} exists already; choose another id, or 0 to let the sidecar choose."
            )
        for other in (u for participant in participants for u in self.timeline.utterances(participant)):
            if other.growing:
                raise StateError(
                    f"participant {PARTICIPANT_NAMES[other.participants]} is in the middle of utterance "
                    f"{other.utterance_id}, which still grows. End it with its last chunk, or cancel it, first."
                )
        self.timeline.check_few_wait(participants)

    def _begin(self, participants: tuple[int, ...], utterance_id: int, now_ns: int, not_before: int = 0) -> Utterance:
        return self.timeline.begin(utterance_id or self.timeline.fresh_id(), participants, now_ns, not_before)

    def _growing(self, utterance_id: int) -> tuple[Utterance, Intake]:
        utterance = self.known(utterance_id)
        intake = self._intakes.get(utterance_id)
        if intake is None:
            raise StateError(f"utterance {utterance_id} has ended; begin another one.")
        return utterance, intake

    def known(self, utterance_id: int) -> Utterance:
        """Return an utterance.

        Raises:
            NotFoundError: There is none of that id.
        """
        if utterance_id not in self.timeline:
            raise NotFoundError(
                f"There is no utterance {utterance_id} in this conversation; Speak, PushAudio and StreamAudio answer "
                "with the ids of theirs."
            )
        return self.timeline[utterance_id]


def describe(audio_format: AudioFormat) -> str:
    """Return a format for a message."""
    return f"{audio_format.channels} channel(s) of {audio_format.sample_format} at {audio_format.sample_rate_hz} Hz"

"""A conversation as its client holds it: calls, and the regions open in this process. Imports no torch."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from jaxtyping import Float32

from rsatalker.motion.social import Relationship
from sidecar.messages import participant_message, relationship_message
from sidecar.regions.engine_region import EngineRegionWriter
from sidecar.regions.frame_ring import FrameRingReader
from sidecar.regions.motion_ring import MotionRingReader
from sidecar.v1 import conversation_pb2, speech_pb2

KEEP_ALIVE_SHARE = 0.3  # of the lease, between calls of KeepAlive
STREAM_S = 330.0  # a stream of the longest utterance in real time, and a little


class Calls(Protocol):
    """The connection that a conversation was made on."""

    conversation_calls: Any
    speech_calls: Any

    def call(self, method: Any, request: Any, timeout_s: float = ...) -> Any:
        """Return a call's answer."""
        ...


@dataclass(frozen=True, slots=True)
class SpokenUtterance:
    """An utterance as the sidecar placed it.

    Attributes:
        utterance_id: For playback positions and `cancel`.
        start_us: Of its first sample on the conversation's timeline.
        duration_us: Length so far.
    """

    utterance_id: int
    start_us: int
    duration_us: int


class RemoteConversation:
    """A conversation of a sidecar, with its regions open in this process. Keeps its lease by itself.

    Attributes:
        conversation_id: As the sidecar knows it.
        frames: Readers of a's and b's frames; empty if there are none.
        motion: Reader of both heads' motion.
        engine: Writer of what an engine tells.
        world_from_heads: Where both stand until `engine` says otherwise.
    """

    def __init__(self, client: Calls, created: conversation_pb2.CreateConversationResponse) -> None:
        """Open the regions of a conversation that was just made; it is closed again if one cannot be opened.

        Raises:
            RegionNotFound: This process does not see the sidecar's shared memory.
        """
        self._calls = client
        self.conversation_id = created.conversation_id
        with ExitStack() as opened:
            opened.callback(self._end)
            self.frames = tuple(opened.enter_context(closing(FrameRingReader(name))) for name in created.frame_regions)
            self.motion = opened.enter_context(closing(MotionRingReader(created.motion_region)))
            self.engine = opened.enter_context(closing(EngineRegionWriter(created.engine_region)))
            opened.pop_all()
        self.world_from_heads = np.array(created.world_from_heads, np.float32).reshape(2, 4, 4)
        self._closing = threading.Event()
        self._keeper = threading.Thread(target=self._keep_alive, args=(created.lease_ms,), daemon=True)
        self._keeper.start()

    def speak(
        self,
        samples: Float32[np.ndarray, "*channels S"],
        sample_rate_hz: int,
        participant: str,
        utterance_id: int = 0,
        *,
        interrupts: bool = False,
    ) -> SpokenUtterance:
        """Say a whole clip.

        Args:
            samples: One voice, or two channels for "both".
            sample_rate_hz: Of the samples.
            participant: "a", "b" or "both".
            utterance_id: 0: the sidecar chooses.
            interrupts: Cut off what the other participant says.
        """
        channels = np.atleast_2d(samples)
        request = speech_pb2.SpeakRequest(
            conversation_id=self.conversation_id,
            participant=participant_message(participant),
            utterance_id=utterance_id,
            format=_format_of(channels, sample_rate_hz),
            audio=_interleaved(channels),
            interrupts=interrupts,
        )
        return _spoken(self._calls.call(self._calls.speech_calls.Speak, request))

    def push_audio(
        self,
        samples: Float32[np.ndarray, "*channels S"],
        sample_rate_hz: int,
        participant: str,
        *,
        sequence: int,
        utterance_id: int = 0,
        last: bool = False,
    ) -> SpokenUtterance:
        """Say the next chunk of an utterance; sequence 0 begins it, and its answer names it for the next ones."""
        channels = np.atleast_2d(samples)
        request = speech_pb2.PushAudioRequest(
            conversation_id=self.conversation_id,
            participant=participant_message(participant),
            utterance_id=utterance_id,
            sequence=sequence,
            format=_format_of(channels, sample_rate_hz),
            audio=_interleaved(channels),
            last=last,
        )
        return _spoken(self._calls.call(self._calls.speech_calls.PushAudio, request))

    def stream_audio(
        self,
        chunks: Iterable[Float32[np.ndarray, "*channels S"]],
        sample_rate_hz: int,
        participant: str,
        utterance_id: int = 0,
    ) -> SpokenUtterance:
        """Say chunks as they come; returns when the last one has been taken."""
        requests = self._stream(chunks, sample_rate_hz, participant, utterance_id)
        return _spoken(self._calls.call(self._calls.speech_calls.StreamAudio, requests, timeout_s=STREAM_S))

    def cancel(self, utterance_id: int) -> int:
        """Cut an utterance off; return where on its own audio, microseconds."""
        request = speech_pb2.CancelSpeechRequest(conversation_id=self.conversation_id, utterance_id=utterance_id)
        return self._calls.call(self._calls.speech_calls.CancelSpeech, request).cut_at_media_us

    def set_relationship(self, relationship: Relationship) -> None:
        """Change who the two are to each other."""
        request = conversation_pb2.SetRelationshipRequest(
            conversation_id=self.conversation_id, relationship=relationship_message(relationship)
        )
        self._calls.call(self._calls.conversation_calls.SetRelationship, request)

    def keep_alive(self) -> None:
        """Renew the lease now."""
        request = conversation_pb2.KeepAliveRequest(conversation_id=self.conversation_id)
        self._calls.call(self._calls.conversation_calls.KeepAlive, request)

    def close(self) -> None:
        """End the conversation and let go of its regions. Can be called twice."""
        if self._closing.is_set():
            return
        self.abandon()
        self._end()

    def abandon(self) -> None:
        """Let go of the regions without a word to the sidecar, as a client that dies does."""
        self._closing.set()
        self._keeper.join()
        for region in (*self.frames, self.motion, self.engine):
            region.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def _end(self) -> None:
        request = conversation_pb2.CloseConversationRequest(conversation_id=self.conversation_id)
        self._calls.call(self._calls.conversation_calls.CloseConversation, request)

    def _keep_alive(self, lease_ms: int) -> None:
        request = conversation_pb2.KeepAliveRequest(conversation_id=self.conversation_id)
        while not self._closing.wait(lease_ms * KEEP_ALIVE_SHARE / 1000):
            try:
                self._calls.call(self._calls.conversation_calls.KeepAlive, request)
            except Exception:  # noqa: BLE001  the next call of the owner meets the same trouble and tells it
                return

    def _stream(
        self, chunks: Iterable[np.ndarray], sample_rate_hz: int, participant: str, utterance_id: int
    ) -> Iterator[speech_pb2.StreamAudioRequest]:
        for sequence, chunk in enumerate(chunks):
            channels = np.atleast_2d(chunk)
            if sequence:
                yield speech_pb2.StreamAudioRequest(sequence=sequence, audio=_interleaved(channels))
                continue
            yield speech_pb2.StreamAudioRequest(
                conversation_id=self.conversation_id,
                participant=participant_message(participant),
                utterance_id=utterance_id,
                format=_format_of(channels, sample_rate_hz),
                audio=_interleaved(channels),
            )


def _format_of(channels: np.ndarray, sample_rate_hz: int) -> speech_pb2.AudioFormat:
    return speech_pb2.AudioFormat(
        sample_rate_hz=sample_rate_hz, channels=len(channels), sample_format=speech_pb2.SAMPLE_FORMAT_F32
    )


def _interleaved(channels: np.ndarray) -> bytes:
    return np.ascontiguousarray(channels.T, "<f4").tobytes()


def _spoken(answer: Any) -> SpokenUtterance:
    return SpokenUtterance(answer.utterance_id, answer.start_us, answer.duration_us)

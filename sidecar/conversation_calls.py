"""A conversation as its client holds it: every call that names it, and its lease. Imports no torch."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from jaxtyping import Float32

from rsatalker.avatars.light import Light
from rsatalker.motion.mood import Mood, Style
from rsatalker.motion.social import Relationship, SocialInput
from sidecar.errors import UnreachableError
from sidecar.regions.blocks import View
from sidecar.requests import (
    light_message,
    mood_message,
    participant_message,
    social_request,
    style_message,
    view_message,
)
from sidecar.v1 import conversation_pb2, speech_pb2, watch_pb2

KEEP_ALIVE_SHARE = 0.3  # of the lease, between calls of KeepAlive
STREAM_S = 330.0  # a stream of the longest utterance in real time, and a little


class Calls(Protocol):
    """The connection that a conversation was made on."""

    conversation_calls: Any
    speech_calls: Any
    watch_calls: Any

    def call(self, method: Any, request: Any, timeout_s: float = ...) -> Any:
        """Return a call's answer."""
        ...

    def stream(self, method: Any, request: Any) -> Generator[Any]:
        """Yield a stream's messages."""
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


class ConversationCalls:
    """A conversation of a sidecar, on this machine or another. Keeps its lease by itself.

    Attributes:
        conversation_id: As the sidecar knows it.
        world_from_heads: Where both stand until the engine says otherwise.
    """

    def __init__(self, client: Calls, created: conversation_pb2.CreateConversationResponse) -> None:
        self._calls = client
        self.conversation_id = created.conversation_id
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

    def set_relationship(self, relationship: Relationship | SocialInput) -> None:
        """Change who the two are to each other; a `SocialInput` says how strongly, or something between two."""
        social = SocialInput(relationship) if isinstance(relationship, Relationship) else relationship
        request = social_request(self.conversation_id, social)
        self._calls.call(self._calls.conversation_calls.SetRelationship, request)

    def set_mood(self, participant: str, mood: Mood) -> None:
        """Change how "a", "b" or "both" feel."""
        request = conversation_pb2.SetMoodRequest(
            conversation_id=self.conversation_id,
            participant=participant_message(participant),
            mood=mood_message(mood),
        )
        self._calls.call(self._calls.conversation_calls.SetMood, request)

    def set_style(self, participant: str, style: Style) -> None:
        """Change how strongly "a", "b" or "both" move their mouths."""
        request = conversation_pb2.SetStyleRequest(
            conversation_id=self.conversation_id,
            participant=participant_message(participant),
            style=style_message(style),
        )
        self._calls.call(self._calls.conversation_calls.SetStyle, request)

    def set_av_offset(self, av_offset_ms: int) -> None:
        """Show faces so much later than their sound; below 0: earlier."""
        request = conversation_pb2.SetAvOffsetRequest(conversation_id=self.conversation_id, av_offset_ms=av_offset_ms)
        self._calls.call(self._calls.conversation_calls.SetAvOffset, request)

    def set_outputs(
        self, live_link_face: str = "", subjects: Sequence[str] = (), vmc: tuple[str, str] | None = None
    ) -> None:
        """Send motion to other programs, or with nothing given to none any more.

        Args:
            live_link_face: "host:port" of the receiver of both faces.
            subjects: Their names in Live Link.
            vmc: "host:port" of the receivers of a and b.
        """
        outputs = conversation_pb2.Outputs(
            live_link_face=conversation_pb2.LiveLinkFaceOutput(address=live_link_face, subjects=subjects),
            vmc=conversation_pb2.VmcOutput(addresses=vmc or ()),
        )
        request = conversation_pb2.SetOutputsRequest(conversation_id=self.conversation_id, outputs=outputs)
        self._calls.call(self._calls.conversation_calls.SetOutputs, request)

    def set_engine_state(
        self,
        eyes: Sequence[View] = (),
        playbacks: Mapping[int, tuple[int, float]] | None = None,
        world_from_heads: Float32[np.ndarray, "2 4 4"] | None = None,
        pose_id: int = 0,
        light: Light | None = None,
    ) -> int:
        """Tell what an engine knows, by a call instead of the engine region; return the number of the pose.

        Args:
            eyes: Where they will be when the frame is seen: none, one, or left and right.
            playbacks: Position in microseconds and rate of each utterance that plays.
            world_from_heads: Where both stand; without it, they stay.
            pose_id: 0: the sidecar counts.
            light: Of the scene; without it, the sidecar's own.
        """
        request = watch_pb2.SetEngineStateRequest(
            conversation_id=self.conversation_id,
            pose_id=pose_id,
            eyes=[view_message(eye) for eye in eyes],
            playbacks=[
                watch_pb2.PlaybackPosition(utterance_id=utterance_id, position_us=position_us, rate=rate)
                for utterance_id, (position_us, rate) in (playbacks or {}).items()
            ],
            world_from_heads=[] if world_from_heads is None else world_from_heads.ravel().tolist(),
            light=light_message(light) if light else None,
        )
        return self._calls.call(self._calls.watch_calls.SetEngineState, request).pose_id

    def watch_motion(self, *, arkit_only: bool = False) -> Generator[watch_pb2.WatchMotionResponse]:
        """Yield motion as it is made, until the conversation is closed."""
        request = watch_pb2.WatchMotionRequest(conversation_id=self.conversation_id, arkit_only=arkit_only)
        return self._calls.stream(self._calls.watch_calls.WatchMotion, request)

    def watch_frames(
        self, participant: str = "both", max_rate_hz: float = 0.0, **form: int | bool
    ) -> Generator[watch_pb2.WatchFramesResponse]:
        """Yield the newest frames as pictures, until the conversation is closed.

        Args:
            participant: "a", "b" or "both".
            max_rate_hz: Of each head; 0: 30.
            form: Fields of PictureFormat, such as `max_size_px`.
        """
        request = watch_pb2.WatchFramesRequest(
            conversation_id=self.conversation_id,
            participant=participant_message(participant),
            max_rate_hz=max_rate_hz,
            format=watch_pb2.PictureFormat(**form),  # type: ignore[arg-type]
        )
        return self._calls.stream(self._calls.watch_calls.WatchFrames, request)

    def picture(self, participant: str, **form: int | bool) -> watch_pb2.FramePicture:
        """Return the newest frame of "a" or "b"; `form` as in `watch_frames`."""
        request = watch_pb2.GetFrameRequest(
            conversation_id=self.conversation_id,
            participant=participant_message(participant),
            format=watch_pb2.PictureFormat(**form),  # type: ignore[arg-type]
        )
        return self._calls.call(self._calls.watch_calls.GetFrame, request).picture

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
        """Let go of the conversation without a word to the sidecar, as a client that dies does."""
        self._closing.set()
        self._keeper.join()

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
            except UnreachableError:  # may pass: a network that was away for a moment, a machine that was too busy
                continue
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

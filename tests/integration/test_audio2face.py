"""A client written as for NVIDIA Audio2Face-3D, which knows nothing of us, is served by a sidecar."""

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import grpc
import numpy as np
import pytest
from running_sidecar import TOKEN, RunningSidecar

from sidecar.config import ServeOptions
from sidecar.errors import ConfigError
from sidecar.nvidia_ace.a2f.v1_pb2 import AudioWithEmotion, BlendShapeParameters
from sidecar.nvidia_ace.audio.v1_pb2 import AudioHeader
from sidecar.nvidia_ace.controller.v1_pb2 import END_OF_A2F_AUDIO_PROCESSING, AudioStream, AudioStreamHeader
from sidecar.nvidia_ace.emotion_aggregate.v1_pb2 import EmotionAggregate
from sidecar.nvidia_ace.emotion_with_timecode.v1_pb2 import EmotionWithTimeCode
from sidecar.nvidia_ace.services.a2f_controller.v1_pb2_grpc import A2FControllerServiceStub
from sidecar.nvidia_ace.status.v1_pb2 import Status

pytestmark = pytest.mark.integration

RATE_HZ = 16_000
PATIENCE_S = 60.0  # for an answer
BEARER = (("authorization", f"Bearer {TOKEN}"),)


@pytest.fixture
def start_a2f(start: Callable[..., RunningSidecar]) -> Iterator[Callable[..., A2FControllerServiceStub]]:
    channels: list[grpc.Channel] = []

    def begin(**options) -> A2FControllerServiceStub:
        channels.append(grpc.insecure_channel(start(**options).address))
        return A2FControllerServiceStub(channels[-1])

    yield begin
    for channel in channels:
        channel.close()


def header() -> AudioStream:
    return AudioStream(
        audio_stream_header=AudioStreamHeader(
            audio_header=AudioHeader(
                audio_format=AudioHeader.AUDIO_FORMAT_PCM,
                channel_count=1,
                samples_per_second=RATE_HZ,
                bits_per_sample=16,
            ),
            blendshape_params=BlendShapeParameters(bs_weight_multipliers={"JawOpen": 2.0, "TongueTwist": 1.0}),
        )
    )


def requests_for(voice: np.ndarray) -> Iterator[AudioStream]:
    """As NVIDIA's sample sends them: the header, chunks of a second with emotions, the end."""
    yield header()
    for first in range(0, len(voice), RATE_HZ):
        yield AudioStream(
            audio_with_emotion=AudioWithEmotion(
                audio_buffer=voice[first : first + RATE_HZ].astype(np.int16).tobytes(),
                emotions=[EmotionWithTimeCode(time_code=first / RATE_HZ, emotion={"joy": 1.0})],
            )
        )
    yield AudioStream(end_of_audio=AudioStream.EndOfAudio())


def collected(answers: Iterable[Any]) -> dict[str, Any]:
    """Read the stream as NVIDIA's sample does: by the kind of each part."""
    found: dict[str, Any] = {"weights": [], "voice": b"", "emotions": [], "order": []}
    for answer in answers:
        if answer.HasField("animation_data_stream_header"):
            found["order"].append("header")
            names = answer.animation_data_stream_header.skel_animation_header.blend_shapes
            found["names"] = list(names)
            found["rate_hz"] = answer.animation_data_stream_header.audio_header.samples_per_second
        elif answer.HasField("animation_data"):
            data = answer.animation_data
            found["order"].append("data")
            aggregate = EmotionAggregate()
            assert data.metadata["emotion_aggregate"].Unpack(aggregate)
            found["emotions"].append(dict(aggregate.a2f_smoothed_output[0].emotion))
            found["voice"] += data.audio.audio_buffer
            for shapes in data.skel_animation.blend_shape_weights:
                found["weights"].append((shapes.time_code, dict(zip(found["names"], shapes.values, strict=True))))
        elif answer.HasField("event"):
            assert answer.event.event_type == END_OF_A2F_AUDIO_PROCESSING
            found["order"].append("end")
        elif answer.HasField("status"):
            found["status"] = answer.status
            found["order"].append("status")
    return found


def test_client_of_audio2face_gets_weights_voice_emotions_and_status(
    start_a2f: Callable[..., A2FControllerServiceStub],
):
    voice = np.concatenate([np.zeros(RATE_HZ), np.full(3 * RATE_HZ // 2, 8192)]).astype(np.int16)
    found = collected(start_a2f(a2f_without_token=True).ProcessAudioStream(requests_for(voice), timeout=PATIENCE_S))
    assert found["order"] == ["header", *["data"] * 75, "end", "status"]
    assert found["voice"] == voice.tobytes()
    assert found["rate_hz"] == RATE_HZ
    jaw = [weights["JawOpen"] for _, weights in found["weights"]]
    assert jaw[15] == 0
    assert jaw[60] == pytest.approx(0.5, abs=0.01)  # twice the quarter of full scale that the voice has
    assert found["emotions"][-1]["joy"] > 0.9
    assert found["status"].code == Status.SUCCESS
    assert "no blend shapes TongueTwist" in found["status"].message


def test_half_closed_stream_ends_as_if_it_had_said_so(start_a2f: Callable[..., A2FControllerServiceStub]):
    requests = list(requests_for(np.zeros(RATE_HZ)))[:-1]
    answers = start_a2f(a2f_without_token=True).ProcessAudioStream(iter(requests), timeout=PATIENCE_S)
    assert collected(answers)["order"][-2:] == ["end", "status"]


def test_two_streams_run_beside_each_other_and_a_third_is_refused(
    start_a2f: Callable[..., A2FControllerServiceStub],
):
    stub = start_a2f(a2f_without_token=True, max_conversations=2)
    releases = [WaitingRequests(np.full(RATE_HZ, 8192)) for _ in range(2)]
    calls = [stub.ProcessAudioStream(release.requests(), timeout=PATIENCE_S) for release in releases]
    for call in calls:
        assert next(call).HasField("animation_data_stream_header")
    check_refused(
        lambda: list(stub.ProcessAudioStream(requests_for(np.zeros(RATE_HZ)), timeout=PATIENCE_S)),
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        "2 audio streams are open",
    )
    for release, call in zip(releases, calls, strict=True):
        release.go.set()
        assert sum(answer.HasField("animation_data") for answer in call) == 30
    assert (
        collected(stub.ProcessAudioStream(requests_for(np.zeros(RATE_HZ)), timeout=PATIENCE_S))["order"][-1] == "status"
    )


class WaitingRequests:
    """A client that sends its header and then waits."""

    def __init__(self, voice: np.ndarray) -> None:
        self.go = threading.Event()
        self._voice = voice

    def requests(self) -> Iterator[AudioStream]:
        first, *rest = requests_for(self._voice)
        yield first
        self.go.wait(PATIENCE_S)
        yield from rest


def check_refused(call: Callable[[], object], code: grpc.StatusCode, sentence: str) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        call()
    assert refused.value.code() == code  # type: ignore[attr-defined]
    assert sentence in refused.value.details()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("requests", "sentence"),
    [
        ([], "the stream does not begin with audio_stream_header"),
        ([AudioStream(end_of_audio=AudioStream.EndOfAudio())], "the stream does not begin with audio_stream_header"),
        ([header(), header()], "a later part of the stream is audio_stream_header; expected audio_with_emotion"),
        ([header(), AudioStream()], "a later part of the stream is None"),
        ([header(), AudioStream(audio_with_emotion=AudioWithEmotion(audio_buffer=b"1"))], "no multiple of 2"),
        (
            [header(), AudioStream(audio_with_emotion=AudioWithEmotion(audio_buffer=bytes(22 * RATE_HZ)))],
            "the chunk lasts 11.0 s; at most 10 s are taken",
        ),
    ],
)
def test_stream_out_of_order_or_bounds_is_refused(
    start_a2f: Callable[..., A2FControllerServiceStub], requests: list[AudioStream], sentence: str
):
    stub = start_a2f(a2f_without_token=True)
    check_refused(
        lambda: list(stub.ProcessAudioStream(iter(requests), timeout=PATIENCE_S)),
        grpc.StatusCode.INVALID_ARGUMENT,
        sentence,
    )


def test_silent_client_is_let_go(start_a2f: Callable[..., A2FControllerServiceStub], monkeypatch: pytest.MonkeyPatch):
    from sidecar.services import audio2face_service

    monkeypatch.setattr(audio2face_service, "IDLE_S", 0.2)
    stub = start_a2f(a2f_without_token=True)
    check_refused(
        lambda: list(stub.ProcessAudioStream(WaitingRequests(np.zeros(RATE_HZ)).requests(), timeout=PATIENCE_S)),
        grpc.StatusCode.FAILED_PRECONDITION,
        "nothing came for",
    )


def test_token_is_asked_for_unless_the_option_says_otherwise(start_a2f: Callable[..., A2FControllerServiceStub]):
    stub = start_a2f()
    voice = np.zeros(RATE_HZ)
    check_refused(
        lambda: list(stub.ProcessAudioStream(requests_for(voice), timeout=PATIENCE_S)),
        grpc.StatusCode.UNAUTHENTICATED,
        "The token is missing or wrong",
    )
    answers = stub.ProcessAudioStream(requests_for(voice), timeout=PATIENCE_S, metadata=BEARER)
    assert collected(answers)["status"].code == Status.SUCCESS


def test_option_opens_no_other_call(start: Callable[..., RunningSidecar]):
    with grpc.insecure_channel(start(a2f_without_token=True).address) as channel:
        check_refused(
            lambda: channel.unary_unary("/sidecar.v1.SidecarService/GetInfo")(b"", timeout=PATIENCE_S),
            grpc.StatusCode.UNAUTHENTICATED,
            "The token is missing or wrong",
        )


def test_option_is_not_for_the_lan():
    with pytest.raises(ConfigError, match="a2f_without_token is for this machine only"):
        ServeOptions(a2f_without_token=True, lan=True)

"""Bad input: one clear sentence each, and the conversation goes on."""

from collections.abc import Callable

import grpc
import numpy as np
import pytest
from light_studio import LightStudio
from running_sidecar import TOKEN, RunningSidecar
from waiting import LONGEST_S, until

from rsatalker.motion.social import Relationship
from sidecar.client import SidecarClient
from sidecar.errors import (
    AuthenticationError,
    InvalidRequestError,
    LimitError,
    NotFoundError,
    SidecarError,
    StateError,
    UnreachableError,
)
from sidecar.network.endpoints import LARGEST_MESSAGE
from sidecar.regions.engine_region import EngineState
from sidecar.remote_conversation import RemoteConversation
from sidecar.v1 import conversation_pb2, sidecar_pb2, sidecar_pb2_grpc, speech_pb2

pytestmark = pytest.mark.integration

RATE_HZ = 16_000
SECOND = np.zeros(RATE_HZ, np.float32)


@pytest.mark.parametrize(
    ("samples", "rate_hz", "participant", "sentence"),
    [
        (SECOND, 4_000, "a", "sample rate of 4000 Hz; expected 8000 to 96000 Hz"),
        (SECOND, 192_000, "a", "sample rate of 192000 Hz; expected 8000 to 96000 Hz"),
        (np.stack([SECOND, SECOND]), RATE_HZ, "a", "audio has 2 channels; one participant takes 1. Mix down, or use"),
        (SECOND, RATE_HZ, "both", 'audio has 1 channel.s.; participant "both" takes 2'),
        (np.stack([SECOND] * 3), RATE_HZ, "both", "audio has 3 channels; a voice takes 1"),
        (np.full(100, np.nan, np.float32), RATE_HZ, "a", "holds NaN or infinity, first at sample 0"),
        (np.zeros(0, np.float32), RATE_HZ, "a", "audio is empty; send at least one sample"),
        (np.zeros(301 * 8_000, np.float32), 8_000, "a", "audio lasts 301 s; at most 300 s are taken at once"),
    ],
)
def test_speak_refuses_audio_that_cannot_be_used(
    conversation: RemoteConversation, samples: np.ndarray, rate_hz: int, participant: str, sentence: str
):
    with pytest.raises(InvalidRequestError, match=sentence):
        conversation.speak(samples, rate_hz, participant)
    assert conversation.speak(SECOND, RATE_HZ, "a").duration_us == 1_000_000


def test_speak_refuses_half_a_sample(client: SidecarClient, conversation: RemoteConversation):
    request = speech_pb2.SpeakRequest(
        conversation_id=conversation.conversation_id,
        participant=speech_pb2.PARTICIPANT_A,
        format=speech_pb2.AudioFormat(sample_rate_hz=RATE_HZ, channels=1, sample_format=speech_pb2.SAMPLE_FORMAT_S16),
        audio=b"123",
    )
    with pytest.raises(InvalidRequestError, match="audio has 3 bytes, no multiple of 2"):
        client.call(client.speech_calls.Speak, request)


def test_speak_refuses_a_missing_format(client: SidecarClient, conversation: RemoteConversation):
    request = speech_pb2.SpeakRequest(
        conversation_id=conversation.conversation_id, participant=speech_pb2.PARTICIPANT_A, audio=b"1234"
    )
    with pytest.raises(InvalidRequestError, match=r"sample_format is 0; expected 1 \(s16\) or 2 \(f32\)"):
        client.call(client.speech_calls.Speak, request)


def test_speak_refuses_a_missing_participant(client: SidecarClient, conversation: RemoteConversation):
    request = speech_pb2.SpeakRequest(conversation_id=conversation.conversation_id, audio=b"1234")
    with pytest.raises(InvalidRequestError, match=r"participant is 0; expected 1 \(a\), 2 \(b\) or 3 \(both\)"):
        client.call(client.speech_calls.Speak, request)


def test_utterance_id_cannot_be_used_twice(conversation: RemoteConversation):
    conversation.speak(SECOND, RATE_HZ, "a", utterance_id=3)
    with pytest.raises(InvalidRequestError, match="utterance 3 exists already; choose another id, or 0"):
        conversation.speak(SECOND, RATE_HZ, "b", utterance_id=3)


def test_backlog_of_a_voice_is_bounded(conversation: RemoteConversation):
    half = np.zeros(250 * RATE_HZ, np.float32)
    for _ in range(2):
        conversation.speak(half, RATE_HZ, "a")
    with pytest.raises(LimitError, match="a voice holds at most 600 s"):
        conversation.speak(half, RATE_HZ, "a")


@pytest.mark.parametrize("sequence", [0, 2, 7])
def test_chunk_out_of_order_is_refused_and_the_right_one_taken(conversation: RemoteConversation, sequence: int):
    begun = conversation.push_audio(SECOND, RATE_HZ, "a", sequence=0)
    with pytest.raises(InvalidRequestError, match=f"sequence number is {sequence}; expected 1. Send every chunk once"):
        conversation.push_audio(SECOND, RATE_HZ, "a", sequence=sequence, utterance_id=begun.utterance_id)
    pushed = conversation.push_audio(SECOND, RATE_HZ, "a", sequence=1, utterance_id=begun.utterance_id, last=True)
    assert pushed.duration_us == 2_000_000


def test_bad_chunk_may_be_sent_again(conversation: RemoteConversation):
    begun = conversation.push_audio(SECOND, RATE_HZ, "a", sequence=0)
    with pytest.raises(InvalidRequestError, match="NaN"):
        conversation.push_audio(SECOND * np.nan, RATE_HZ, "a", sequence=1, utterance_id=begun.utterance_id)
    conversation.push_audio(SECOND, RATE_HZ, "a", sequence=1, utterance_id=begun.utterance_id)


def test_bad_first_chunk_leaves_no_utterance_behind(conversation: RemoteConversation):
    with pytest.raises(InvalidRequestError, match="NaN"):
        conversation.push_audio(SECOND * np.nan, RATE_HZ, "a", sequence=0)
    conversation.speak(SECOND, RATE_HZ, "a")


def test_chunk_of_eleven_seconds_is_refused(conversation: RemoteConversation):
    with pytest.raises(InvalidRequestError, match=r"the chunk lasts 11.0 s; at most 10 s are taken"):
        conversation.push_audio(np.zeros(11 * RATE_HZ, np.float32), RATE_HZ, "a", sequence=0)


def test_chunk_of_another_format_is_refused(conversation: RemoteConversation):
    begun = conversation.push_audio(SECOND, RATE_HZ, "a", sequence=0)
    with pytest.raises(InvalidRequestError, match=r"began for participant a with 1 channel\(s\) of f32 at 16000 Hz"):
        conversation.push_audio(SECOND, 48_000, "a", sequence=1, utterance_id=begun.utterance_id)


def test_participant_says_one_growing_utterance_at_a_time(conversation: RemoteConversation):
    conversation.push_audio(SECOND, RATE_HZ, "a", sequence=0)
    with pytest.raises(StateError, match="participant a is in the middle of utterance 1, which still grows"):
        conversation.speak(SECOND, RATE_HZ, "a")


def test_ended_utterance_takes_no_chunk(conversation: RemoteConversation):
    spoken = conversation.speak(SECOND, RATE_HZ, "a")
    with pytest.raises(StateError, match="utterance 1 has ended; begin another one"):
        conversation.push_audio(SECOND, RATE_HZ, "a", sequence=4, utterance_id=spoken.utterance_id)


def test_unknown_utterance_is_named(conversation: RemoteConversation):
    with pytest.raises(NotFoundError, match="There is no utterance 99 in this conversation"):
        conversation.cancel(99)


def test_empty_stream_is_refused(conversation: RemoteConversation):
    with pytest.raises(InvalidRequestError, match="the stream is empty; its first message says whose voice it is"):
        conversation.stream_audio([], RATE_HZ, "a")


def test_stream_with_a_bad_chunk_is_cut_off_and_the_voice_free(conversation: RemoteConversation):
    with pytest.raises(InvalidRequestError, match="NaN"):
        conversation.stream_audio([SECOND, SECOND * np.nan], RATE_HZ, "a")
    until(lambda: _speaks(conversation), "the voice to be free")


def _speaks(conversation: RemoteConversation) -> bool:
    try:
        conversation.speak(SECOND, RATE_HZ, "a")
    except StateError:
        return False
    return True


def test_unknown_conversation_is_named(client: SidecarClient):
    request = conversation_pb2.KeepAliveRequest(conversation_id="nobody")
    with pytest.raises(
        NotFoundError, match="There is no conversation 'nobody': it was closed, or nothing named it for"
    ):
        client.call(client.conversation_calls.KeepAlive, request)


@pytest.mark.parametrize(
    "name",
    [
        "../ann",
        "/etc/passwd",
        "ann/../bob",
        "ann\\0",
        "C:\\ann",
        "ANN",
        "",
        "ann\u202egnp.",
        "~",
        "a" * 5000,
        "ü" * 5000,
    ],
)
def test_unknown_avatar_is_named_and_no_path(client: SidecarClient, name: str):
    with pytest.raises(NotFoundError, match=r"There is no avatar '.*'. Avatars are ann, bob"):
        client.create_conversation(name, "bob")


def test_conversation_needs_two(client: SidecarClient):
    request = conversation_pb2.CreateConversationRequest(protocol_version=sidecar_pb2.ProtocolVersion(major=1))
    with pytest.raises(InvalidRequestError, match="0 participants; a conversation has 2, a and b"):
        client.call(client.conversation_calls.CreateConversation, request)


def test_place_of_a_head_is_checked(client: SidecarClient):
    scaled = np.stack([np.eye(4, dtype=np.float32) * 2] * 2)
    with pytest.raises(InvalidRequestError, match="world_from_head of a is not a rotation and a shift"):
        client.create_conversation("ann", "bob", world_from_heads=scaled)


@pytest.mark.parametrize(
    ("size", "sentence"),
    [
        ({"width": 5000}, "width of the frames is 5000 pixels; expected 16 to 4096"),
        ({"height": 2}, "height of the frames is 2 pixels; expected 16 to 4096"),
        ({"layers": 3}, "frames have 3 layers; expected 1, or 2 for both eyes"),
        ({"pixels_per_degree": 500}, "pixels_per_degree of the frames is 500; expected above 0 to 200, or 0"),
        ({"pixels_per_degree": float("nan")}, "pixels_per_degree of the frames is nan"),
    ],
)
def test_frame_size_is_checked(client: SidecarClient, size: dict[str, float], sentence: str):
    with pytest.raises(InvalidRequestError, match=sentence):
        client.create_conversation("ann", "bob", **size)  # type: ignore[arg-type]


def test_relationship_is_checked(client: SidecarClient, conversation: RemoteConversation):
    message = conversation_pb2.Relationship(status=conversation_pb2.SOCIAL_STATUS_UNEQUAL)
    request = conversation_pb2.SetRelationshipRequest(
        conversation_id=conversation.conversation_id, relationship=message
    )
    with pytest.raises(InvalidRequestError, match="status is unequal but nobody is senior"):
        client.call(client.conversation_calls.SetRelationship, request)
    conversation.set_relationship(Relationship())


def test_conversations_are_limited(start: Callable[..., RunningSidecar]):
    with (
        start(max_conversations=1).connect() as client,
        client.create_conversation("ann", "bob"),
        pytest.raises(LimitError, match=r"1 conversation is open, as many as this sidecar takes. End one"),
    ):
        client.create_conversation("ann", "bob")


def test_room_for_regions_is_checked_and_nothing_left(client: SidecarClient, monkeypatch: pytest.MonkeyPatch):
    from sidecar import conversation_regions as module
    from sidecar.errors import RegionFull

    made = []

    class Full(module.FrameRingWriter):
        def __init__(self, *arguments) -> None:
            if made:
                raise RegionFull("A region needs 12.6 MB; /dev/shm has 0.1 MB free. Close other conversations.")
            super().__init__(*arguments)
            made.append(self)

    monkeypatch.setattr(module, "FrameRingWriter", Full)
    with pytest.raises(LimitError, match=r"A region needs 12.6 MB; /dev/shm has 0.1 MB free"):
        client.create_conversation("ann", "bob")
    assert made[0]._ring.is_closed
    assert not client.status().conversations


@pytest.mark.parametrize("token", ["", "wrong", TOKEN + "x", "ünïcode"])
def test_wrong_token_is_refused(running: RunningSidecar, token: str):
    with pytest.raises(AuthenticationError, match="The token is missing or wrong; send the metadata"):
        SidecarClient.connect(running.address, token.encode("ascii", "replace").decode())


@pytest.mark.parametrize("method", ["/grpc.health.v1.Health/Check", "/sidecar.v1.SidecarService/GetInfo"])
def test_call_without_token_is_refused(running: RunningSidecar, method: str):
    with grpc.insecure_channel(running.address) as channel, pytest.raises(grpc.RpcError) as refused:
        channel.unary_unary(method)(b"", timeout=LONGEST_S)
    assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED  # type: ignore[attr-defined]


def test_other_major_version_is_refused(running: RunningSidecar):
    with grpc.insecure_channel(running.address) as channel, pytest.raises(grpc.RpcError) as refused:
        sidecar_pb2_grpc.SidecarServiceStub(channel).GetInfo(
            sidecar_pb2.GetInfoRequest(protocol_version=sidecar_pb2.ProtocolVersion(major=2, minor=7)),
            metadata=(("authorization", f"Bearer {TOKEN}"),),
            timeout=LONGEST_S,
        )
    assert refused.value.code() == grpc.StatusCode.FAILED_PRECONDITION  # type: ignore[attr-defined]
    assert "The client speaks protocol 2.7; this sidecar speaks 1.0" in refused.value.details()  # type: ignore[attr-defined]


def test_other_minor_version_is_welcome(running: RunningSidecar):
    with grpc.insecure_channel(running.address) as channel:
        answer = sidecar_pb2_grpc.SidecarServiceStub(channel).GetInfo(
            sidecar_pb2.GetInfoRequest(protocol_version=sidecar_pb2.ProtocolVersion(major=1, minor=99)),
            metadata=(("authorization", f"Bearer {TOKEN}"),),
            timeout=LONGEST_S,
        )
    assert "frames" in answer.capabilities


def test_oversized_message_is_refused(client: SidecarClient, conversation: RemoteConversation):
    request = speech_pb2.SpeakRequest(conversation_id=conversation.conversation_id, audio=bytes(LARGEST_MESSAGE + 1))
    with pytest.raises(LimitError):
        client.call(client.speech_calls.Speak, request)
    assert client.is_serving()


def test_client_names_the_address_that_does_not_answer():
    with pytest.raises(UnreachableError, match=r"No sidecar answers at 127.0.0.1:1. Start one with `rsatalker serve`"):
        SidecarClient.connect("127.0.0.1:1", TOKEN)


def test_client_says_that_no_sidecar_runs():
    with pytest.raises(UnreachableError, match=r"No sidecar is running: .*sidecar.json names none"):
        SidecarClient.connect()


def test_unexpected_error_is_one_sentence(running: RunningSidecar, client: SidecarClient, monkeypatch, caplog):
    monkeypatch.setattr(running.studio, "cast", lambda: 1 / 0)
    with pytest.raises(
        SidecarError, match=r"The sidecar failed in /sidecar.v1.SidecarService/ListAvatars \(ZeroDivision"
    ):
        client.avatars()
    assert "ZeroDivisionError" in caplog.text


def test_trouble_with_frames_stays_in_its_conversation(
    client: SidecarClient, conversation: RemoteConversation, studio: LightStudio
):
    until(conversation.frames[0].latest, "a frame")
    with client.create_conversation("ann", "bob") as other:
        studio.heads["bob"][0].fails = True
        until(lambda: client.status().conversations[0].state == "failed", "the failure")
        with pytest.raises(StateError, match=r"The conversation has failed: its frames cannot be drawn \(RuntimeError"):
            conversation.speak(SECOND, RATE_HZ, "a")
        other.speak(SECOND, RATE_HZ, "a")


def test_trouble_with_motion_stays_in_its_conversation(
    client: SidecarClient, conversation: RemoteConversation, studio: LightStudio
):
    studio.sources[0].fails = True
    until(lambda: client.status().conversations[0].state == "failed", "the failure")
    with pytest.raises(StateError, match="its motion cannot be made"):
        conversation.keep_alive()


def test_anchor_that_is_no_place_is_ignored_and_told(client: SidecarClient, conversation: RemoteConversation):
    conversation.engine.write(EngineState(1, (), np.zeros((2, 4, 4), np.float32)))
    until(lambda: "world_from_head in the engine region" in client.status().conversations[0].warning, "the warning")
    assert client.status().conversations[0].state == "live"


def test_second_sidecar_names_the_first(running: RunningSidecar, start: Callable[..., RunningSidecar], monkeypatch):
    from dataclasses import replace

    from sidecar.network import endpoints

    record = replace(running.sidecar.record, pid=4711)  # type: ignore[union-attr]
    monkeypatch.setattr(endpoints, "read_record", lambda: record)
    port = int(running.address.rpartition(":")[2])
    assert f"Another sidecar (pid 4711) answers at 127.0.0.1:{port}" in endpoints.port_taken(f"127.0.0.1:{port}")

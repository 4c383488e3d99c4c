"""Watching and steering a conversation without shared memory: over gRPC and over HTTP."""

import http.client
import io
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

import numpy as np
import pytest
from http_calls import ENVELOPE, call, stream
from light_studio import LightStudio
from PIL import Image
from running_sidecar import TOKEN, RunningSidecar
from waiting import until

from rsatalker.avatars.light import studio_light
from sidecar.client import SidecarClient
from sidecar.errors import InvalidRequestError, LimitError, NotFoundError, SidecarError, StateError
from sidecar.remote_conversation import RemoteConversation
from sidecar.v1 import watch_pb2

pytestmark = pytest.mark.integration

RATE_HZ = 16_000


def loud(seconds: float) -> np.ndarray:
    return np.full(round(seconds * RATE_HZ), 0.5, np.float32)


def picture_size(data: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(data)).size


def test_motion_comes_as_it_is_made(client: SidecarClient, conversation: RemoteConversation):
    spoken = conversation.speak(loud(1.0), RATE_HZ, "b")
    heads = []
    for message in conversation.watch_motion():
        heads += [instant.heads[1] for instant in message.instants]
        if any(head.media_us > 500_000 for head in heads):
            break
    mouths = [head.arkit[17] for head in heads if head.utterance_id == spoken.utterance_id]
    assert mouths
    assert len(heads[0].expression) > 0


def test_motion_is_the_motion_of_the_region(client: SidecarClient, conversation: RemoteConversation):
    conversation.speak(loud(1.0), RATE_HZ, "a")
    message = next(iter(conversation.watch_motion(arkit_only=True)))
    seen = {instant.index: instant for instant in conversation.motion.instants()}
    for instant in message.instants:
        np.testing.assert_array_equal(instant.heads[0].arkit, seen[instant.index].heads[0].pose.arkit)
        assert not instant.heads[0].expression


def test_motion_ends_with_its_conversation(client: SidecarClient):
    with client.create_conversation("ann", "bob") as conversation:
        watching = conversation.watch_motion()
        next(watching)
    assert sum(1 for _ in watching) < 100


def test_frames_come_as_pictures(conversation: RemoteConversation):
    pictures = [message.picture for message, _ in zip(conversation.watch_frames(), range(6), strict=False)]
    assert {picture.participant for picture in pictures} == {1, 2}
    assert picture_size(pictures[0].color) == (pictures[0].width, pictures[0].height) == (32, 32)
    assert picture_size(pictures[0].alpha) == (32, 32)
    numbers = [picture.frame_number for picture in pictures if picture.participant == 1]
    assert numbers == sorted(set(numbers))


def test_frames_of_both_eyes_lie_side_by_side(client: SidecarClient):
    with client.create_conversation("ann", "bob", layers=2) as conversation:
        picture = next(iter(conversation.watch_frames("a"))).picture
        assert picture_size(picture.color) == (64, 32)
        assert (picture.width, picture.layers, len(picture.views)) == (32, 2, 2)


def test_frames_are_as_small_as_asked(conversation: RemoteConversation):
    picture = next(iter(conversation.watch_frames("b", max_size_px=16, alpha_png=True))).picture
    assert picture_size(picture.color) == (16, 16)
    assert picture.alpha.startswith(b"\x89PNG")


def test_slow_watcher_gets_the_newest_and_is_told_what_it_lost(client: SidecarClient):
    """A stream over gRPC that is not read holds what its window does, 64 kB and a message or two, and no more."""
    with client.create_conversation("ann", "bob", width=256, height=256) as conversation:
        watching = conversation.watch_frames("a", max_rate_hz=120)
        first = next(watching)
        reader = conversation.frames[0]
        conversation.speak(loud(20), RATE_HZ, "a")  # while somebody speaks, every tick draws
        behind = reader.published_count + 250  # each more than 2 kB
        until(lambda: reader.published_count > behind, "frames that nobody takes")
        lost = next(message for message in islice(watching, 250) if message.dropped_count > 100)
        assert lost.picture.frame_number > first.picture.frame_number + 100
        assert client.is_serving()


def test_watcher_that_reads_nothing_gets_later_what_is_new(start, monkeypatch):
    """A socket that is never read fills up; frames that do not fit any more are dropped, not kept."""
    from sidecar.network import listening_socket

    monkeypatch.setattr(listening_socket, "SEND_BUFFER", 4096)
    running = start()
    with (
        running.connect() as client,
        client.create_conversation("ann", "bob", width=256, height=256) as conversation,
        _watching_frames(running, conversation) as connection,
    ):
        conversation.speak(loud(20), RATE_HZ, "a")  # while somebody speaks, every tick draws
        reader = conversation.frames[0]
        stalled_at = reader.published_count + 250  # each more than 2 kB, of which 80 kB find room on the way
        until(lambda: reader.published_count > stalled_at, "frames that nobody takes")
        messages = _messages(connection)
        before = [next(messages) for _ in range(4)]
        assert int(before[-1]["picture"]["frameNumber"]) < 100
        lost = next(message["droppedCount"] for message in messages if int(message["droppedCount"]) > 100)
        assert int(lost) > 100
        assert client.is_serving()


def test_sidecar_that_stops_ends_its_streams(running: RunningSidecar):
    with running.connect() as client:
        conversation = client.create_conversation("ann", "bob")
        watching = conversation.watch_motion()
        next(watching)
        with _watching_frames(running, conversation) as connection:
            messages = _messages(connection)
            next(messages)
            conversation.abandon()
            running.stop()
            assert len(list(messages)) < 500
        with pytest.raises(SidecarError):
            list(watching)


@contextmanager
def _watching_frames(running: RunningSidecar, conversation: RemoteConversation) -> Iterator[socket.socket]:
    """Ask for frames over HTTP with a plain socket, which takes no more than it is read."""
    host, port = running.http_address.split(":")
    body = json.dumps({"conversationId": conversation.conversation_id, "maxRateHz": 120}).encode()
    head = (
        f"POST /sidecar.v1.WatchService/WatchFrames HTTP/1.1\r\nHost: {running.http_address}\r\n"
        f"Authorization: Bearer {TOKEN}\r\nContent-Type: application/connect+json\r\n"
        f"Content-Length: {len(body) + ENVELOPE.size}\r\n\r\n"
    )
    with socket.socket() as connection:
        connection.settimeout(20)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect((host, int(port)))
        connection.sendall(head.encode() + ENVELOPE.pack(0, len(body)) + body)
        yield connection


def _messages(connection: socket.socket) -> Iterator[dict]:
    """Yield what a stream over HTTP sends, until it ends."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    while len(head := response.read(ENVELOPE.size)) == ENVELOPE.size:
        flags, length = ENVELOPE.unpack(head)
        if flags:
            return
        message = response.read(length)
        if len(message) == length:
            yield json.loads(message)


def test_client_that_leaves_ends_its_stream(running: RunningSidecar, conversation: RemoteConversation):
    from sidecar.services import watch_service

    for _ in range(watch_service.MOST_WATCHERS + 4):
        watching = conversation.watch_motion()
        next(watching)
        watching.close()
    until(lambda: next(conversation.watch_motion()), "another stream")


def test_streams_are_limited(conversation: RemoteConversation):
    from sidecar.services import watch_service

    watching = [conversation.watch_motion() for _ in range(watch_service.MOST_WATCHERS)]
    for one in watching:
        next(one)
    with pytest.raises(LimitError, match=r"16 streams are being watched, as many as this sidecar sends"):
        next(conversation.watch_motion())
    for one in watching:
        one.close()


def test_one_frame_can_be_asked_for(conversation: RemoteConversation):
    until(conversation.frames[1].latest, "a frame")
    picture = conversation.picture("b")
    assert picture.participant == 2
    assert picture_size(picture.color) == (32, 32)


def test_frame_of_both_is_refused(conversation: RemoteConversation):
    with pytest.raises(InvalidRequestError, match=r"participant is 3 \(both\); GetFrame takes 1 \(a\) or 2 \(b\)"):
        conversation.picture("both")


def test_frames_of_a_conversation_without_are_refused(client: SidecarClient):
    with client.create_conversation("ann", "bob", motion_only=True) as conversation:
        with pytest.raises(StateError, match="The conversation is motion_only and has no frames; watch its motion"):
            conversation.picture("a")
        with pytest.raises(StateError, match="motion_only"):
            next(conversation.watch_frames())


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"max_rate_hz": -1}, "max_rate_hz is -1; expected above 0 to 120, or 0"),
        ({"max_rate_hz": float("nan")}, "max_rate_hz is nan"),
        ({"max_size_px": 3}, "max_size_px is 3; expected at least 16 pixels, or 0"),
        ({"jpeg_quality": 100}, "jpeg_quality is 100; expected 1 to 95, or 0"),
    ],
)
def test_pictures_are_refused_that_cannot_be_made(conversation: RemoteConversation, asked: dict, sentence: str):
    with pytest.raises(InvalidRequestError, match=sentence):
        next(conversation.watch_frames(**asked))


def test_watching_an_unknown_conversation_is_refused(client: SidecarClient):
    request = watch_pb2.WatchMotionRequest(conversation_id="x")
    with pytest.raises(NotFoundError, match="There is no conversation 'x'"):
        next(client.stream(client.watch_calls.WatchMotion, request))


def test_watching_a_failed_conversation_ends_with_the_reason(conversation: RemoteConversation, studio: LightStudio):
    watching = conversation.watch_motion()
    next(watching)
    studio.sources[0].fails = True
    with pytest.raises(StateError, match="The conversation has failed: its motion cannot be made"):
        list(watching)


def test_engine_state_moves_eyes_and_clock(running: RunningSidecar, conversation: RemoteConversation):
    spoken = conversation.speak(loud(2.0), RATE_HZ, "a")
    eye = np.eye(4)
    eye[:3, 3] = (0, 0, 1)
    message = {
        "conversationId": conversation.conversation_id,
        "eyes": [{"cameraFromWorld": eye.ravel().tolist(), "tangents": [0.5] * 4, "nearM": 0.1, "farM": 10}],
        "playbacks": [{"utteranceId": str(spoken.utterance_id), "positionUs": "500000", "rate": 0}],
    }
    assert call(running.http_address, "WatchService/SetEngineState", message).json == {"poseId": "1"}

    def follows():
        picture = conversation.picture("a")
        return picture if picture.media_us == 500_000 else None

    picture = until(follows, "a frame of that position")
    assert (picture.utterance_id, picture.pose_id) == (spoken.utterance_id, 1)


def test_light_of_a_distant_engine_reaches_the_heads(conversation: RemoteConversation, studio: LightStudio):
    light = studio_light().scaled(0.5)
    conversation.set_engine_state(light=light)

    def arrives():
        lights = studio.heads["ann"][0].lights
        return lights[-1] if lights and np.array_equal(lights[-1].probe, light.probe) else None

    lit = until(arrives, "a frame in that light")
    np.testing.assert_array_equal(lit.key_direction, light.key_direction)
    np.testing.assert_array_equal(lit.key_color, light.key_color)


def test_engine_state_counts_poses_by_itself(conversation: RemoteConversation):
    assert [conversation.set_engine_state() for _ in range(3)] == [1, 2, 3]


@pytest.mark.usefixtures("trusted_engine")
def test_engine_state_of_a_second_engine_is_refused(client: SidecarClient, conversation: RemoteConversation):
    from sidecar.regions.engine_region import EngineState

    conversation.engine.write(EngineState(1, (), conversation.world_from_heads))
    until(lambda: client.status().conversations[0].engine_attached, "the engine")
    with pytest.raises(StateError, match="An engine on the sidecar's machine writes this conversation's engine region"):
        conversation.set_engine_state()


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ({"eyes": [{}]}, "tangents of an eye are 0 values; expected 4 finite ones"),
        ({"eyes": [{"tangents": [1, 1, 1, 1]}]}, "camera_from_world of an eye is not a rotation and a shift"),
        (
            {"eyes": [{"tangents": [1, 1, 1, 1], "farM": "Infinity"}]},
            "near_m and far_m of an eye are 0 and inf; expected",
        ),
        ({"eyes": [{}, {}, {}]}, "There are 3 eyes; expected none, 1 or 2"),
        ({"worldFromHeads": [1, 2]}, "world_from_heads has 2 values; expected 32, or none"),
        ({"worldFromHeads": [0] * 32}, "world_from_heads is not a rotation and a shift"),
        ({"light": {"probe": [1]}}, "probe of the light is 1 values; expected 27 finite ones"),
        (
            {"light": {"probe": [1] * 27, "keyDirection": [0, 3, 0], "keyColor": [1] * 3}},
            "key_direction of the light has length 3; send a direction of length 1",
        ),
        ({"playbacks": [{"rate": 1}]}, "A playback position names no utterance"),
        ({"playbacks": [{"utteranceId": 1}] * 17}, "17 utterances are playing; expected at most 16"),
    ],
)
def test_engine_state_is_checked(running: RunningSidecar, conversation: RemoteConversation, state: dict, sentence: str):
    message = {"conversationId": conversation.conversation_id, **state}
    answer = call(running.http_address, "WatchService/SetEngineState", message)
    assert answer.status == 400
    assert sentence in answer.json["message"]


def test_stream_over_http_is_the_one_over_grpc(running: RunningSidecar, client: SidecarClient):
    with client.create_conversation("ann", "bob") as conversation:
        message = {"conversationId": conversation.conversation_id}

        def streamed(timeout_ms: int) -> list[tuple[int, bytes]]:
            time_out = {"connect_timeout_ms": str(timeout_ms)}
            return stream(running.http_address, "WatchService/WatchMotion", message, **time_out).envelopes

        *messages, (flags, end) = next(got for power in range(8) if len(got := streamed(300 << power)) > 1)
    assert flags == 2
    assert json.loads(end)["error"]["code"] == "deadline_exceeded"
    assert len(json.loads(messages[0][1])["instants"][0]["heads"]) == 2


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "The body has 0 bytes; a stream's request is one envelope"),
        (ENVELOPE.pack(1, 2) + b"{}", "The message is compressed"),
        (ENVELOPE.pack(0, 9) + b"{}", "The envelope says 9 bytes and 2 follow"),
    ],
)
def test_envelope_is_checked(running: RunningSidecar, body: bytes, sentence: str):
    answer = call(running.http_address, "WatchService/WatchMotion", body, content_type="application/connect+json")
    ((flags, end),) = answer.envelopes
    assert flags == 2
    assert sentence in json.loads(end)["error"]["message"]


def test_stream_to_nobody_ends_with_the_error(running: RunningSidecar):
    answer = stream(running.http_address, "WatchService/WatchMotion", {"conversationId": "x"})
    assert answer.status == 200
    ((flags, end),) = answer.envelopes
    assert flags == 2
    assert json.loads(end)["error"]["code"] == "not_found"

"""A thousand calls that no client would make: each is answered with a fitting status, and nothing else notices."""

import http.client
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import grpc
import numpy as np
import pytest
from google.protobuf.message import DecodeError
from light_studio import LightStudio
from odd_messages import OddMessages
from running_sidecar import TOKEN, RunningSidecar
from waiting import until

from sidecar.client import SidecarClient
from sidecar.remote_conversation import RemoteConversation
from sidecar.services.calls import Call, calls_of

pytestmark = pytest.mark.integration

BEARER = (("authorization", f"Bearer {TOKEN}"),)
GRPC_CALLS = 600
HTTP_CALLS = 400
PATIENCE_S = 60.0
STREAMED_S = 0.3  # then a call that streams without end, as it should, is broken off
Code = grpc.StatusCode
REFUSALS = {  # what a client can do wrong
    Code.INVALID_ARGUMENT,
    Code.NOT_FOUND,
    Code.FAILED_PRECONDITION,
    Code.RESOURCE_EXHAUSTED,
    Code.OUT_OF_RANGE,
}
HTTP_ANSWERS = {200, 400, 404, 408, 412, 413, 415, 429, 501, 505}


@pytest.fixture
def calls(running: RunningSidecar) -> dict[str, Call]:
    assert running.sidecar is not None
    return calls_of(running.sidecar._services)


@pytest.fixture
def victim(client: SidecarClient) -> Iterator[RemoteConversation]:
    """The conversation that is called names."""
    conversation = client.create_conversation("ann", "bob")
    yield conversation
    conversation.abandon()


@pytest.fixture
def messages(victim: RemoteConversation) -> OddMessages:
    spoken = victim.speak(np.zeros(16_000, np.float32), 16_000, "a")
    return OddMessages(
        20261123,
        {
            "conversation_id": [victim.conversation_id],
            "avatar": ["ann", "bob"],
            "major": [1],
            "utterance_id": [0, spoken.utterance_id, 77],
        },
    )


def is_readable(call: Call, data: bytes) -> bool:
    try:
        call.request_type.FromString(data)
    except DecodeError:
        return False
    return True


def code_of(channel: grpc.Channel, call: Call, data: list[bytes]) -> grpc.StatusCode:
    """Make a call of any kind with raw bytes; return how it ended, or OK once it streams."""
    make = (
        (channel.stream_stream if call.response_streams else channel.stream_unary)
        if call.request_streams
        else (channel.unary_stream if call.response_streams else channel.unary_unary)
    )(call.path)
    request: Any = iter(data) if call.request_streams else data[0]
    may_stream = call.response_streams and is_readable(call, data[0])
    timeout_s = STREAMED_S if may_stream else PATIENCE_S
    try:
        answer = make(request, timeout=timeout_s, metadata=BEARER)
        if call.response_streams:
            next(iter(answer), None)
            answer.cancel()
    except grpc.RpcError as error:
        code = error.code()  # type: ignore[attr-defined]
        return Code.OK if code == Code.DEADLINE_EXCEEDED and may_stream else code
    return Code.OK


def test_odd_messages_over_grpc_are_answered_and_hurt_nobody(
    running: RunningSidecar,
    conversation: RemoteConversation,
    calls: dict[str, Call],
    messages: OddMessages,
    caplog: pytest.LogCaptureFixture,
):
    paths = [path for path in sorted(calls) if "Close" not in path]
    found: Counter[grpc.StatusCode] = Counter()
    with grpc.insecure_channel(running.address) as channel:
        for number in range(GRPC_CALLS):
            call = calls[paths[number % len(paths)]]
            data = [messages.fill(call.request_type()).SerializeToString() for _ in range(1 + number % 3)]
            if number % 2:
                data[0] = messages.damaged(data[0])
            code = code_of(channel, call, data)
            allowed = REFUSALS | {Code.OK} if is_readable(call, data[0]) else {Code.INVALID_ARGUMENT}
            assert code in allowed, (call.path, code, data[0][:80])
            found[code] += 1
    check_others(running, conversation)
    assert not [record for record in caplog.records if record.exc_info and record.name.startswith("sidecar")]
    assert found[Code.INVALID_ARGUMENT] > GRPC_CALLS / 10
    assert found[Code.OK] > GRPC_CALLS / 50  # some were sound after all, so that the depths were reached


def test_odd_json_over_http_is_answered_and_hurts_nobody(
    running: RunningSidecar,
    conversation: RemoteConversation,
    calls: dict[str, Call],
    messages: OddMessages,
    caplog: pytest.LogCaptureFixture,
):
    assert running.sidecar is not None
    paths = [path for path, call in sorted(calls.items()) if not call.response_streams and "Close" not in path]
    headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
    connection = http.client.HTTPConnection(running.sidecar.http_address, timeout=PATIENCE_S)
    found: Counter[int] = Counter()
    for number in range(HTTP_CALLS):
        path = paths[number % len(paths)]
        body = messages.odd_json(calls[path].request_type())
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        answer = response.read()
        assert response.status in HTTP_ANSWERS, (path, response.status, body[:80], answer)
        if response.status != 200 and response.getheader("content-type", "").startswith("application/json"):
            assert json.loads(answer)["code"] not in ("internal", "unknown"), (path, body[:80], answer)
        found[response.status] += 1
    connection.close()
    check_others(running, conversation)
    assert not [record for record in caplog.records if record.exc_info and record.name.startswith("sidecar")]
    assert found[400] > HTTP_CALLS / 4


def check_others(running: RunningSidecar, conversation: RemoteConversation) -> None:
    """Check that a conversation that nobody named wrongly lives on."""
    assert isinstance(running.studio, LightStudio)
    ring = conversation.frames[0]
    before = ring.published_count
    until(lambda: ring.published_count > before, "frames to go on")
    conversation.speak(np.zeros(1600, np.float32), 16_000, "b")
    with running.connect() as client:
        states = {one.conversation_id: one.state for one in client.status().conversations}
    assert states[conversation.conversation_id] == "live"


def test_every_call_needs_the_token_over_both_transports(running: RunningSidecar, calls: dict[str, Call]):
    assert running.sidecar is not None
    connection = http.client.HTTPConnection(running.sidecar.http_address, timeout=PATIENCE_S)
    with grpc.insecure_channel(running.address) as channel:
        for path, call in calls.items():
            for token in ("", "Bearer ", f"Bearer {TOKEN[:-1]}", f"bearer{TOKEN}", TOKEN):
                with pytest.raises(grpc.RpcError) as refused:
                    list(
                        channel.stream_stream(path)(
                            iter([b""]), timeout=PATIENCE_S, metadata=(("authorization", token),)
                        )
                    )
                assert refused.value.code() == Code.UNAUTHENTICATED, path  # type: ignore[attr-defined]
            if not (call.request_streams or call.response_streams):
                connection.request(
                    "POST", path, b"{}", {"content-type": "application/json", "authorization": "Bearer x"}
                )
                response = connection.getresponse()
                response.read()
                assert response.status == 401, path
    connection.close()

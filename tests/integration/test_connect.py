"""The calls over HTTP/1.1 by the Connect protocol: same servicers, same refusals as over gRPC."""

import base64
import contextlib
import socket

import numpy as np
import pytest
from http_calls import call, request
from running_sidecar import TOKEN, RunningSidecar
from waiting import LONGEST_S, until

from sidecar.client import SidecarClient
from sidecar.v1 import sidecar_pb2

pytestmark = pytest.mark.integration

VERSION = {"major": 1, "minor": 0}


def created(address: str) -> dict:
    message = {"protocolVersion": VERSION, "participants": [{"avatar": "ann"}, {"avatar": "bob"}]}
    answer = call(address, "ConversationService/CreateConversation", message)
    assert answer.status == 200, answer.body
    return answer.json


def test_info_comes_as_json(running: RunningSidecar):
    answer = call(running.http_address, "SidecarService/GetInfo", {"protocolVersion": VERSION})
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json["protocolVersion"] == VERSION
    assert len(answer.json["arkitNames"]) == 52


def test_info_comes_as_protobuf(running: RunningSidecar):
    version = sidecar_pb2.ProtocolVersion(major=1)
    body = sidecar_pb2.GetInfoRequest(protocol_version=version).SerializeToString()
    answer = call(running.http_address, "SidecarService/GetInfo", body, content_type="application/proto")
    assert answer.headers["content-type"] == "application/proto"
    assert sidecar_pb2.GetInfoResponse.FromString(answer.body).limits.max_chunk_ms == 10_000


def test_session_runs_over_http_alone(running: RunningSidecar):
    address = running.http_address
    conversation = created(address)
    samples = np.zeros(16_000, "<f4").tobytes()
    spoken = call(
        address,
        "SpeechService/PushAudio",
        {
            "conversationId": conversation["conversationId"],
            "participant": "PARTICIPANT_A",
            "format": {"sampleRateHz": 16_000, "channels": 1, "sampleFormat": "SAMPLE_FORMAT_F32"},
            "audio": base64.b64encode(samples).decode(),
            "last": True,
        },
    )
    assert spoken.json["durationUs"] == "1000000"
    closed = call(address, "ConversationService/CloseConversation", {"conversationId": conversation["conversationId"]})
    assert (closed.status, closed.json) == (200, {})


def test_both_transports_see_the_same_conversations(running: RunningSidecar, client: SidecarClient):
    conversation = created(running.http_address)
    assert [one.conversation_id for one in client.status().conversations] == [conversation["conversationId"]]


@pytest.mark.parametrize(
    ("method", "message", "status", "code", "sentence"),
    [
        ("SidecarService/GetInfo", {"protocolVersion": {"major": 2}}, 400, "failed_precondition", "The client speaks"),
        ("ConversationService/KeepAlive", {"conversationId": "x"}, 404, "not_found", "There is no conversation 'x'"),
        ("ConversationService/KeepAlive", {"conversationId": 3}, 400, "invalid_argument", "The body is no sidecar.v1."),
        ("ConversationService/KeepAlive", b"{", 400, "invalid_argument", "as application/json"),
        ("ConversationService/KeepAlive", b"[" * 100_000, 400, "invalid_argument", "The body is no sidecar.v1.KeepA"),
        ("ConversationService/KeepAlive", b'"\xff"', 400, "invalid_argument", "The body is no sidecar.v1.KeepAlive"),
        ("SidecarService/GetLunch", {}, 501, "unimplemented", "There is no call /sidecar.v1.SidecarService/GetLunch; "),
        (
            "LunchService/GetLunch",
            {},
            501,
            "unimplemented",
            "sidecar.v1.ConversationService, sidecar.v1.CutsceneService",
        ),
        (
            "SpeechService/StreamAudio",
            {},
            501,
            "unimplemented",
            "takes a stream, which HTTP/1.1 cannot carry here. Use",
        ),
    ],
)
def test_refusal_is_connects_json(
    running: RunningSidecar, method: str, message: object, status: int, code: str, sentence: str
):
    answer = call(running.http_address, method, message)
    assert answer.status == status
    assert answer.json["code"] == code
    assert sentence in answer.json["message"]


@pytest.mark.parametrize(
    ("headers", "status", "sentence"),
    [
        ({"authorization": "Bearer wrong"}, 401, "The token is missing or wrong"),
        ({"authorization": None}, 401, "The token is missing or wrong"),
        ({"connect_protocol_version": "2"}, 400, "Connect-Protocol-Version is '2'; expected 1"),
        ({"content_encoding": "gzip"}, 501, "content-encoding is 'gzip'; this sidecar reads identity only"),
        ({"connect_timeout_ms": "soon"}, 400, "Connect-Timeout-Ms is 'soon'; expected milliseconds"),
        ({"connect_timeout_ms": "12345678901"}, 400, "at most 10 digits"),
        ({"content_type": "text/plain"}, 415, "Content-Type is text/plain; expected one of application/json, applicat"),
        ({"content_type": None}, 415, "Content-Type is missing"),
        ({"content_type": "application/connect+json"}, 200, "answers with one message; its Content-Type is applic"),
        ({"content_length": str(40 << 20)}, 429, "The body is larger than 32 MiB"),
    ],
)
def test_header_is_checked(running: RunningSidecar, headers: dict[str, str], status: int, sentence: str):
    answer = call(running.http_address, "SidecarService/ListAvatars", {}, **headers)
    assert answer.status == status
    assert sentence in answer.body.decode(errors="replace")


def test_charset_of_the_content_type_is_left_alone(running: RunningSidecar):
    kind = "application/json; charset=utf-8"
    assert call(running.http_address, "SidecarService/ListAvatars", content_type=kind).status == 200


def test_body_without_a_length_is_measured(running: RunningSidecar):
    host, port = running.http_address.split(":")
    head = (
        f"POST /sidecar.v1.SidecarService/ListAvatars HTTP/1.1\r\nHost: {running.http_address}\r\n"
        f"Authorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    chunk = b"1000000\r\n" + b" " * (16 << 20) + b"\r\n"
    with socket.create_connection((host, int(port)), LONGEST_S) as connection:
        connection.sendall(head.encode())
        for _ in range(2):
            connection.sendall(chunk)
        connection.sendall(b"1\r\n \r\n0\r\n\r\n")
        assert b"429" in connection.recv(1000).splitlines()[0]


def test_call_that_takes_too_long_is_broken_off(running: RunningSidecar):
    running.studio.loading.clear()  # type: ignore[attr-defined]
    message = {"protocolVersion": VERSION, "participants": [{"avatar": "ann"}, {"avatar": "bob"}]}
    answer = call(running.http_address, "ConversationService/CreateConversation", message, connect_timeout_ms="50")
    running.studio.loading.set()  # type: ignore[attr-defined]
    assert (answer.status, answer.json["code"]) == (504, "deadline_exceeded")
    assert "took longer than the 50 ms of Connect-Timeout-Ms" in answer.json["message"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:80", "", "localhost.", "[::2]:1", None])
def test_forged_host_is_refused(running: RunningSidecar, host: str):
    answer = request(running.http_address, "GET", "/healthz", host=host)
    assert answer.status == (403 if host is not None else 400)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_loopback_by_any_name_is_answered(running: RunningSidecar, name: str):
    port = running.http_address.rpartition(":")[2]
    assert request(running.http_address, "GET", "/healthz", host=f"{name}:{port}").body == b"ok\n"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:8000"])
def test_web_page_is_refused(running: RunningSidecar, origin: str):
    answer = call(running.http_address, "SidecarService/ListAvatars", origin=origin)
    assert answer.status == 403
    assert f"Web page {origin} may not call this sidecar" in answer.json["message"]


def test_web_page_that_is_listed_is_answered(start):
    sidecar = start(allowed_origins=("https://page.example",))
    answer = call(sidecar.http_address, "SidecarService/ListAvatars", origin="https://page.example")
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == "https://page.example"
    asked = request(
        sidecar.http_address, "OPTIONS", "/sidecar.v1.X/Y", origin="https://page.example", authorization=None
    )
    assert asked.status == 204
    assert "authorization" in asked.headers["access-control-allow-headers"]


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/", 404), ("PUT", "/healthz", 405), ("GET", "/a/b", 405)]
)
def test_page_that_does_not_exist_is_told(running: RunningSidecar, method: str, path: str, status: int):
    answer = request(running.http_address, method, path)
    assert answer.status == status
    assert "Calls are POST /sidecar.v1.SERVICE/METHOD" in answer.json["message"]


def test_metrics_need_the_token(running: RunningSidecar):
    assert request(running.http_address, "GET", "/metrics", authorization=None).status == 401


def test_metrics_tell_stages_and_conversations(running: RunningSidecar, client: SidecarClient):
    created(running.http_address)
    until(lambda: any(stage.stage == "tick" for stage in client.status().stages), "a tick")
    text = request(running.http_address, "GET", "/metrics").body.decode()
    assert 'rsatalker_conversations{state="live"} 1' in text
    assert 'rsatalker_stage_duration_seconds{stage="tick",quantile="0.99"}' in text
    assert 'rsatalker_frame_scale{conversation="0"} 1.000' in text


def test_unforeseen_error_is_one_sentence(running: RunningSidecar, monkeypatch, caplog):
    monkeypatch.setattr(running.studio, "cast", lambda: 1 / 0)
    answer = call(running.http_address, "SidecarService/ListAvatars")
    assert (answer.status, answer.json["code"]) == (500, "internal")
    assert "The sidecar failed in /sidecar.v1.SidecarService/ListAvatars (ZeroDivisionError)" in answer.json["message"]
    assert "ZeroDivisionError" in caplog.text


def test_connections_in_a_row_are_all_answered(running: RunningSidecar):
    answers = [request(running.http_address, "GET", "/healthz").status for _ in range(500)]
    assert answers == [200] * 500


def test_grpc_port_survives_connections_that_say_nothing(running: RunningSidecar, client: SidecarClient):
    host, port = running.address.split(":")
    for _ in range(500):
        socket.create_connection((host, int(port)), LONGEST_S).close()
    assert client.is_serving()


def test_connection_to_the_grpc_port_that_says_nothing_is_closed(start, monkeypatch):
    from sidecar.network import endpoints

    monkeypatch.setattr(endpoints, "HANDSHAKE_S", 0.05)
    host, port = start().address.split(":")
    with socket.create_connection((host, int(port)), timeout=LONGEST_S) as silent:
        while silent.recv(4096):  # its greeting, then the end
            pass


def test_connections_at_once_are_all_answered(running: RunningSidecar):
    host, port = running.http_address.split(":")
    connections = [socket.create_connection((host, int(port)), LONGEST_S) for _ in range(500)]
    try:
        for connection in connections:
            connection.sendall(f"GET /healthz HTTP/1.1\r\nHost: {running.http_address}\r\n\r\n".encode())
        assert all(connection.recv(15) == b"HTTP/1.1 200 OK" for connection in connections)
    finally:
        for connection in connections:
            connection.close()


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "])
def test_connection_that_says_nothing_is_closed(running: RunningSidecar, monkeypatch, sent: bytes):
    from sidecar.network import http_server

    host, port = running.http_address.split(":")
    received = b""
    with monkeypatch.context() as hasty:
        hasty.setattr(http_server, "HEAD_S", 0.05)
        connection = socket.create_connection((host, int(port)), LONGEST_S)
        with connection, contextlib.suppress(ConnectionError):
            connection.sendall(sent)
            received = connection.recv(100)
    assert received == b""
    assert request(running.http_address, "GET", "/healthz").status == 200


def test_body_that_trickles_is_refused(running: RunningSidecar, monkeypatch):
    from sidecar.network import connect_http

    monkeypatch.setattr(connect_http, "CHUNK_S", 0.05)
    answer = call(running.http_address, "SidecarService/ListAvatars", {}, content_length="1000")
    assert (answer.status, answer.json["code"]) == (504, "deadline_exceeded")
    assert "The body came too slowly" in answer.json["message"]


def test_head_that_never_ends_is_refused(running: RunningSidecar):
    host, port = running.http_address.split(":")
    with socket.create_connection((host, int(port)), LONGEST_S) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX: " + b"a" * 20_000)
        assert b"400" in connection.recv(100).splitlines()[0]
